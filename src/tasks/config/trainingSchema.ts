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
  // Those below have their defaults where they are used: runs are known by the hash of their configuration, and go on.
  /** Checkpoints that are kept, the newest among them; 2 unless given. */
  keepCheckpoints: whole(1, 1000).optional(),
  /** What happens when a loss or a gradient is not finite: the training stops, as it does unless given, or goes on without the update. */
  onNonFinite: choice('stop', 'skip').optional(),
  /** Warn where a loss is so many times the mean of those before it; 4 unless given. */
  spikeFactor: number({ above: 1, to: 1e6 }).optional(),
  /** Warn when the loss has not fallen for so many epochs; 5 unless given. */
  plateauEpochs: whole(1, 100_000).optional(),
  /** Stop when the loss has not fallen for so many epochs; never unless given. */
  patienceEpochs: whole(1, 100_000).optional(),
});

/** What every task knows of a training. */
export type TrainingConfig = z.output<ReturnType<typeof mapping<ReturnType<typeof trainingFields>>>>;
