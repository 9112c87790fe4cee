import { stat } from 'node:fs/promises';
import { InputError } from '../../../errors.ts';
import { didYouMean } from '../../config/schema.ts';
import type { Corpus, OnProgress } from '../corpus.ts';
import { loadAsterisk } from './asterisk.ts';
import type { CacheOptions } from './cache.ts';
import { loadManifest } from './manifest.ts';
import { loadQueenJoe } from './queenJoe.ts';
import { COMPARISON_COUNTS, loadQueries } from './queries/build.ts';

export interface CorpusOptions extends CacheOptions {
  /** Seed of the corpora that are made rather than recorded. 1 by default. */
  readonly seed?: number;
  readonly onProgress?: OnProgress;
}

/**
 * The corpus of a name (`CORPUS_NAMES`), or of the manifest at a path.
 *
 * @throws InputError where it is neither, and as `loadQueries`, `loadAsterisk`, `loadQueenJoe` and `loadManifest` do.
 */
export async function loadCorpus(nameOrManifest: string, options: CorpusOptions): Promise<Corpus> {
  const load = NAMED.get(nameOrManifest);
  if (load !== undefined) return load(options);
  const isFile = await stat(nameOrManifest).then(
    (status) => status.isFile(),
    () => false,
  );
  if (isFile) return loadManifest(nameOrManifest, options);
  throw new InputError(
    `"${nameOrManifest}" is neither a corpus nor a manifest file; ${didYouMean(nameOrManifest, CORPUS_NAMES)}expected ${CORPUS_NAMES.join(', ')} or the path of a manifest.`,
  );
}

const NAMED: ReadonlyMap<string, (options: CorpusOptions) => Promise<Corpus>> = new Map([
  ['queries-small', (options: CorpusOptions) => loadQueries('small', options)],
  ['queries-varied', (options: CorpusOptions) => loadQueries('varied', options)],
  ['queries-medium', (options: CorpusOptions) => loadQueries('medium', options)],
  [
    'queries-comparison',
    (options: CorpusOptions) => loadQueries('varied', { ...options, counts: COMPARISON_COUNTS }),
  ],
  ['queries-large', (options: CorpusOptions) => loadQueries('large', options)],
  ['asterisk', (options: CorpusOptions) => loadAsterisk(options)],
  ['queen-joe', (options: CorpusOptions) => loadQueenJoe(options)],
]);

/** The corpora that have a name. */
export const CORPUS_NAMES: readonly string[] = [...NAMED.keys()];
