export { GradcheckError, type GradcheckOptions, type GradcheckResult, gradcheck } from './gradcheck.ts';
export * from './laws/index.ts';
