import type { z } from 'zod';
import { choice, type mapping, number, whole } from './schema.ts';

/** What a task trains with unless a configuration says otherwise. */
export interface TrainingDefaults {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly clipNorm: number;
  readonly dropout: number;
}

/** The keys of `training` that every task has. */
export const trainingFields = (defaults: TrainingDefaults) => ({
  epochs: whole(1, 100_000).default(defaults.epochs),
  /** Sequences in an update. */
  batchSize: whole(1, 4096).default(defaults.batchSize),
  optimizer: choice('adam', 'sgd').default('adam'),
  /** The rate after warm-up. */
  learningRate: number({ above: 0, to: 10 }).default(defaults.learningRate),
  /** Updates over which the rate rises from zero. */
  warmupSteps: whole(0, 1_000_000).default(100),
  /** The rate of the last update, as a fraction of `learningRate`; between, it falls along a half cosine. */
  finalLearningRateFraction: number({ from: 0, to: 1 }).default(0.05),
  /** Largest global norm of the gradient. */
  clipNorm: number({ above: 0, to: 1e6 }).default(defaults.clipNorm),
  /** Of `sgd`. */
  momentum: number({ from: 0, below: 1 }).default(0.9),
  weightDecay: number({ from: 0, below: 1 }).default(0),
  /** Probability with which a value between two layers is dropped. */
  dropout: number({ from: 0, below: 1 }).default(defaults.dropout),
  /** Updates between two checkpoints. */
  checkpointEverySteps: whole(1, 1_000_000).default(200),
});

/** What every task knows of a training. */
export type TrainingConfig = z.output<ReturnType<typeof mapping<ReturnType<typeof trainingFields>>>>;
