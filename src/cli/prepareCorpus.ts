import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { SpeechConfig } from '../tasks/speech/config.ts';
import type { Corpus } from '../tasks/speech/corpus.ts';
import { type Context, cacheFolder } from './context.ts';
import type { Progress } from './progress.ts';

/**
 * The corpus of a configuration, prepared if it is not in the cache yet.
 *
 * @throws InputError when it does not fit the configured features, besides what loading it throws
 */
export async function prepareCorpus(
  config: SpeechConfig,
  context: Context,
  progress: Progress,
): Promise<Corpus> {
  const corpus = await context.services.loadCorpus(config.corpus, {
    cacheFolder: resolve(context.folder, cacheFolder),
    seed: config.seed,
    onProgress: progress.work,
  });
  if (corpus.bands !== config.features.bands) {
    throw new InputError(
      `features.bands is ${config.features.bands}, but corpus ${corpus.name} has ${corpus.bands} bands`,
    );
  }
  return corpus;
}
