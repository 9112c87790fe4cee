import { type TrainedClassifier, type TrainOptions, trainClassifier } from '../classify/train.ts';
import { streamBatches } from './batches.ts';
import type { CharactersConfig } from './config.ts';
import type { CharacterText } from './text.ts';

/**
 * Trains a network to predict every character of a text from those before it. Throws as `trainClassifier` does, and
 * InputError when the text is shorter than its streams are many.
 */
export async function trainCharacters(
  config: CharactersConfig,
  text: CharacterText,
  options: TrainOptions = {},
): Promise<TrainedClassifier> {
  const { batchSize, timeSteps } = config.training;
  const batches = streamBatches(text, batchSize, timeSteps, config.seed);
  return trainClassifier('characters', config, batches, options);
}
