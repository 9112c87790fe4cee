import type { Corpus, OnProgress, Utterance } from '../../corpus.ts';
import { type CacheOptions, cachedCorpus } from '../cache.ts';
import { checkSize, type GrammarSize } from './grammar.ts';
import { planQueries, type QueryCounts, voiceName } from './plan.ts';
import { DEFAULT_WORKERS, makeQueries } from './pool.ts';

export interface QueriesOptions extends CacheOptions {
  /** Decides every sentence, voice, rate and pitch. 1 by default. */
  readonly seed?: number;
  /** How many utterances each set has, where not the default of the size. */
  readonly counts?: Partial<QueryCounts>;
  /** Threads to make the corpus with; 0 makes it on this one. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
}

/** Utterances in each set, by size of the grammar. */
export const DEFAULT_COUNTS: Readonly<Record<GrammarSize, QueryCounts>> = {
  small: { train: 4000, development: 297, test: 550, flite: 160 },
  varied: { train: 4000, development: 400, test: 550, flite: 160 },
  medium: { train: 6000, development: 400, test: 550, flite: 160 },
  large: { train: 10000, development: 400, test: 550, flite: 160 },
};

/**
 * Utterances for comparing models, of the varied grammar: more than 20,000 words to test on, enough to develop on that
 * choices are no chance, and so few to learn from that a dense model of moderate width learns what there is to learn.
 */
export const COMPARISON_COUNTS: QueryCounts = { train: 2000, development: 1000, test: 2400, flite: 160 };

/** Raised whenever the same options would give other bytes. */
const VERSION = 2;

/**
 * The corpus of spoken queries: sentences of a grammar said by wasm synthesisers, made on this machine and
 * kept in `cacheFolder`.
 *
 * Sets: `train`, `development`, `test` (espeak-ng; voices, accents and sentences of each unknown to the
 * others) and `flite` (another synthesiser with recorded people's voices, never trained on). The language
 * model's text is the transcripts of `train`.
 *
 * @throws InputError where a count or the size is out of range, or a synthesiser's package is not installed.
 */
export async function loadQueries(size: GrammarSize, options: QueriesOptions): Promise<Corpus> {
  checkSize(size);
  const { seed = 1, workers = DEFAULT_WORKERS, onProgress = () => {} } = options;
  const counts = { ...DEFAULT_COUNTS[size], ...options.counts };
  const name = `queries-${size}`;
  return cachedCorpus(name, { version: VERSION, seed, counts }, options, async () => {
    const recipes = planQueries(size, seed, counts);
    const made = await makeQueries(recipes, workers, (done) =>
      onProgress(done, recipes.length, `speaking ${name}`),
    );
    const utterances = recipes.map((recipe, k): Utterance => {
      const { frames, features } = made[k]!;
      return { id: recipe.id, voice: voiceName(recipe), transcript: recipe.transcript, frames, features };
    });
    const setNames = [...new Set(recipes.map(({ set }) => set))];
    const sets = Object.fromEntries(
      setNames.map((set) => [set, utterances.filter((_, k) => recipes[k]!.set === set)]),
    );
    checkDisjoint(sets);
    return { name, bands: made[0]!.bands, sets };
  });
}

/**
 * Sentences and voices must not be shared between sets: what the corpus is for, so it is checked, not hoped.
 */
function checkDisjoint(sets: Readonly<Record<string, readonly Utterance[]>>): void {
  for (const property of ['transcript', 'voice'] as const) {
    const owner = new Map<string, string>();
    for (const [set, utterances] of Object.entries(sets)) {
      for (const { [property]: value } of utterances) {
        const other = owner.get(value) ?? set;
        if (other !== set)
          throw new Error(`The ${property} "${value}" is both in "${other}" and in "${set}".`);
        owner.set(value, set);
      }
    }
  }
}
