export { explainLoss } from './explain.ts';
export type { ParallelTask, TaskFactory } from './parallel/task.ts';
export {
  type ParallelModuleOptions,
  type ParallelOptions,
  type ParallelStepOptions,
  type ParallelTaskOptions,
  type ParallelTrainer,
  parallelTrainer,
} from './parallel/trainer.ts';
export { type LossAndKept, type StepOptions, type StepResult, trainStep, trainStepAsync } from './step.ts';
