/**
 * The SIMD kernels, AssemblyScript: entry of the WebAssembly module. Names, order of arguments and meaning are those
 * of the reference kernels; arrays are byte addresses of float32 (or int32) elements, of any alignment.
 */
export { adam } from './adam/simd';
export { circulantProduct, circulantProductGrad } from './circulantProduct/simd';
export { copyStrided } from './copy/simd';
export { crossEntropy, crossEntropyGrad } from './crossEntropy/simd';
export { ctc } from './ctc/simd';
export { fromDisplacement, fromDisplacementTranspose } from './displacement/simd';
export { dropout } from './dropout/simd';
export {
  absolute,
  add,
  divide,
  fill,
  maximum,
  minimum,
  multiply,
  negate,
  relu,
  scale,
  sign,
  squareRoot,
  step,
  subtract,
  sumSquares,
} from './elementwise/simd';
export { exp } from './exp/simd';
export { spectrum, spectrumGrad } from './fft/simd';
export { gatherRows, putColumns, scatterAddRows, takeColumns } from './gather/simd';
export { gruCandidate, gruCandidateGrad, gruCell, gruCellGrad, gruGates, gruGatesGrad } from './gruCell/simd';
export { log } from './log/simd';
export { holdRows, lstmCell, lstmCellGrad, passHeldRows } from './lstmCell/simd';
export { lstmPeepholeCell, lstmPeepholeCellGrad } from './lstmPeepholeCell/simd';
export { matmul, matmulPacked, packPanels } from './matmul/simd';
export { matvec } from './matvec/simd';
export { quantisedMatvec } from './quantisedMatvec/simd';
export { sumAxis } from './reduce/simd';
export { rnnCell, rnnCellGrad } from './rnnCell/simd';
export { heapBase } from './scratch.simd';
export { sgd, sgdMomentum } from './sgd/simd';
export { sigmoid, sigmoidGrad } from './sigmoid/simd';
export { logSoftmax, softmax } from './softmax/simd';
export { circulantMatvec, toeplitzLikeMatvec } from './spectralMatvec/simd';
export { tanh, tanhGrad } from './tanh/simd';
export { diagonalSums, toeplitzMatrix } from './toeplitz/simd';
export { toeplitzLikeProduct, toeplitzLikeProductGrad } from './toeplitzLikeProduct/simd';
