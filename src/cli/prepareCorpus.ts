import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { SpeechConfig } from '../tasks/speech/config.ts';
import type { Corpus } from '../tasks/speech/corpus.ts';
import { type Context, cacheFolder } from './context.ts';
import type { Progress } from './progress.ts';

/**
 * The corpus of a configuration, prepared if it is not in the cache yet.
 *
 * @throws InputError as loading it does
 */
export function prepareCorpus(config: SpeechConfig, context: Context, progress: Progress): Promise<Corpus> {
  return context.services.loadCorpus(config.corpus, {
    cacheFolder: resolve(context.folder, cacheFolder),
    seed: config.corpusSeed,
    onProgress: progress.work,
  });
}

/** Throws InputError naming the first of the sets that has no utterances. */
export function requireSets({ name, sets }: Corpus, required: readonly string[]): void {
  for (const set of required) {
    if (!sets[set]?.length) throw new InputError(`corpus ${name} has no utterances in set "${set}"`);
  }
}
