export { GradcheckError, type GradcheckOptions, type GradcheckResult, gradcheck } from './gradcheck.ts';
export { LawError, type LawOptions } from './lawChecks.ts';
export {
  adjoint,
  denseForm,
  displacementRank,
  fastEqualsDense,
  linearity,
  parameterFormula,
  sharedGradient,
} from './laws.ts';
