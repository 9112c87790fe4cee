export { blockCirculant } from './blockCirculant.ts';
export { blockDiagonal } from './blockDiagonal.ts';
export { circulant, skewCirculant } from './circulant.ts';
export { dense } from './dense.ts';
export { diagonalPlusLowRank } from './diagonalPlusLowRank.ts';
export { fitMap, fitShared } from './fits/fitMap.ts';
export type { ProjectionReader } from './fits/sharedLowRank.ts';
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
export { isSharedLowRank, type SharedLowRank, sharedLowRank } from './sharedLowRank.ts';
export type { MapStructure, MapValues, StructureOf } from './structure.ts';
export { toeplitz } from './toeplitz.ts';
export { toeplitzLike } from './toeplitzLike.ts';
