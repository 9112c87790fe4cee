/** The GPU kernels: each launches gpu.js kernels in place of the reference kernel of its name, and computes the same. */
export * from './adam/gpu.ts';
export * from './circulantProduct/gpu.ts';
export * from './copy/gpu.ts';
export * from './crossEntropy/gpu.ts';
export * from './ctc/gpu.ts';
export * from './displacement/gpu.ts';
export * from './dropout/gpu.ts';
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
} from './elementwise/gpu.ts';
export * from './exp/gpu.ts';
export * from './fft/gpu.ts';
export * from './gather/gpu.ts';
export { gruCell, gruCellGrad } from './gruCell/gpu.ts';
export * from './gruCell/resetBefore.gpu.ts';
export * from './log/gpu.ts';
export * from './lstmCell/gpu.ts';
export * from './lstmPeepholeCell/gpu.ts';
export * from './matmul/gpu.ts';
export * from './reduce/gpu.ts';
export * from './rnnCell/gpu.ts';
export * from './sgd/gpu.ts';
export * from './sigmoid/gpu.ts';
export { logSoftmax, softmax } from './softmax/gpu.ts';
export * from './tanh/gpu.ts';
export * from './toeplitz/gpu.ts';
export * from './toeplitzLikeProduct/gpu.ts';
