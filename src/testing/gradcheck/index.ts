export type { TensorTree } from '../contraction.ts';
export type { CheckOptions, GradcheckResult, JacobianEntry } from './check.ts';
export { GradcheckError } from './failure.ts';
export { type GradcheckOptions, gradcheck } from './gradcheck.ts';
export {
  type ArrayTree,
  type GradcheckArraysOptions,
  gradcheckArrays,
  type HandWritten,
} from './gradcheckArrays.ts';
