import fc from 'fast-check';

/** What a configuration's `training` says: the keys that every task has. */
export interface TrainingCase {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'adam' | 'sgd';
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly finalLearningRateFraction: number;
  readonly clipNorm: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly dropout: number;
  readonly checkpointEverySteps: number;
  readonly keepCheckpoints?: number;
  readonly onNonFinite?: 'stop' | 'skip';
  readonly spikeFactor?: number;
  readonly plateauEpochs?: number;
  readonly patienceEpochs?: number;
}

/** Small trainings with either optimizer, every schedule, and each of clipping, decay, momentum and dropout or none. */
export const trainingConfigs = (): fc.Arbitrary<TrainingCase> =>
  fc.record({
    epochs: fc.integer({ min: 1, max: 3 }),
    batchSize: fc.integer({ min: 1, max: 8 }),
    optimizer: fc.constantFrom('adam', 'sgd'),
    learningRate: fc.constantFrom(1e-2, 1e-1, 1e-3, 1e-4),
    warmupSteps: fc.nat(20),
    finalLearningRateFraction: fc.constantFrom(1, 0, 0.05, 0.5),
    clipNorm: fc.constantFrom(1, 1e6, 0.1, 5),
    momentum: fc.constantFrom(0, 0.9, 0.5),
    weightDecay: fc.constantFrom(0, 0.01, 0.3),
    dropout: fc.constantFrom(0, 0.2, 0.5),
    checkpointEverySteps: fc.integer({ min: 1, max: 50 }),
    keepCheckpoints: maybe(fc.integer({ min: 1, max: 5 })),
    onNonFinite: maybe(fc.constantFrom<'stop' | 'skip'>('stop', 'skip')),
    spikeFactor: maybe(fc.double({ min: 1.5, max: 100, noNaN: true })),
    plateauEpochs: maybe(fc.integer({ min: 1, max: 20 })),
    patienceEpochs: maybe(fc.integer({ min: 1, max: 20 })),
  });

/** What a configuration need not say. */
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
