export { blockCirculant } from './blockCirculant.ts';
export { blockDiagonal } from './blockDiagonal.ts';
export { circulant, skewCirculant } from './circulant.ts';
export { dense } from './dense.ts';
export { diagonalPlusLowRank } from './diagonalPlusLowRank.ts';
export { hashed } from './hashed.ts';
export { kronecker } from './kronecker.ts';
export {
  allParameters,
  applyMap,
  applyTranspose,
  initialValues,
  type LinearMap,
  type ParameterSpec,
  parameterCount,
  toDense,
} from './linearMap.ts';
export { lowRank } from './lowRank.ts';
export { Naming } from './naming.ts';
export { applyPlanned, type Plan, planOf, productOf } from './plan.ts';
export {
  fitShared,
  isSharedLowRank,
  type ProjectionReader,
  type SharedLowRank,
  sharedLowRank,
} from './sharedLowRank.ts';
export { toeplitz } from './toeplitz.ts';
export { toeplitzLike } from './toeplitzLike.ts';
