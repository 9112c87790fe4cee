export { explainLoss } from './explain.ts';
export type { ParallelTask, TaskFactory } from './parallel/task.ts';
export {
  type ParallelOptions,
  type ParallelStepOptions,
  type ParallelTrainer,
  parallelTrainer,
} from './parallel/trainer.ts';
export { type LossAndKept, type StepOptions, type StepResult, trainStep, trainStepAsync } from './step.ts';
