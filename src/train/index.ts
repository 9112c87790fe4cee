export { type StepOptions, type StepResult, trainStep } from './step.ts';
