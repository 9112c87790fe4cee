export { circulant } from './circulant.ts';
export { dense } from './dense.ts';
export {
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
export { isSharedLowRank, type SharedLowRank, sharedLowRank } from './sharedLowRank.ts';
