import { type TrainedClassifier, type TrainOptions, trainClassifier } from '../classify/train.ts';
import { imageBatches } from './batches.ts';
import type { FashionRowsConfig } from './config.ts';
import type { FashionRows } from './data.ts';

/**
 * Trains a network to tell the class of an image from its last step, after the last row. Throws as `trainClassifier` does.
 */
export const trainFashionRows = (
  config: FashionRowsConfig,
  { sets }: FashionRows,
  options: TrainOptions = {},
): Promise<TrainedClassifier> =>
  trainClassifier(
    'fashion-rows',
    config,
    imageBatches(sets.train, config.training.batchSize, config.seed),
    options,
  );
