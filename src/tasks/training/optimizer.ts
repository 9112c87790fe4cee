import type { Tensors } from '../../autograd/grad.ts';
import { adam } from '../../optim/adam.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { warmupCosine } from '../../optim/schedule.ts';
import { sgd } from '../../optim/sgd.ts';
import type { TrainingConfig } from '../config/trainingSchema.ts';

/** The optimizer that a configuration names, before its first update. */
export function newOptimizer(
  parameters: Tensors,
  { optimizer, momentum, weightDecay }: TrainingConfig,
): Optimizer {
  return optimizer === 'adam'
    ? adam(parameters, { weightDecay })
    : sgd(parameters, { momentum, weightDecay });
}

/** The learning rate of every update, counted from 1, of a training of so many. */
export const learningRates = (training: TrainingConfig, steps: number): ((step: number) => number) =>
  warmupCosine({
    peak: training.learningRate,
    warmupSteps: training.warmupSteps,
    totalSteps: steps,
    finalFraction: training.finalLearningRateFraction,
  });
