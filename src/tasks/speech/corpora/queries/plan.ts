import { InputError } from '../../../../errors.ts';
import { random } from '../../../../tensor/random.ts';
import { type SetName, setOf } from '../split.ts';
import { type GrammarSize, sentences } from './grammar.ts';
import type { EspeakVoice } from './synthesis/espeak.ts';
import type { FliteVoice } from './synthesis/flite.ts';
import { ESPEAK_VOICES, FLITE_VOICES } from './voices.ts';

/** The sets of a corpus of queries; `flite` is a synthesiser never heard in training. */
export type QuerySet = SetName | 'flite';

/** How many utterances each set has. */
export type QueryCounts = Readonly<Record<QuerySet, number>>;

/** One utterance to be made: what is said, and how. */
export interface Recipe {
  readonly id: string;
  readonly set: QuerySet;
  readonly transcript: string;
  readonly how: ({ readonly engine: 'espeak' } & EspeakVoice) | ({ readonly engine: 'flite' } & FliteVoice);
}

/**
 * Decides every utterance of a corpus: sentence, voice, rate, pitch. The same size, seed and counts give the
 * same plan, and a larger train set begins with the smaller.
 *
 * A sentence belongs to train, development or test by its hash, and is said once; flite's are of the test's
 * share but none of the test's own. Voices are drawn in training and take turns elsewhere, so that each has
 * its equal part.
 *
 * @throws InputError where a count is not a whole number of at least 1, or the grammar has too few sentences for it.
 */
export function planQueries(size: GrammarSize, seed: number, counts: QueryCounts): readonly Recipe[] {
  for (const [set, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1) {
      throw new InputError(
        `The number of "${set}" queries is ${count}, expected a whole number of at least 1.`,
      );
    }
  }
  const said = new Set<string>();
  return [
    ...planSet('train', 'train', (uniform) => espeak(pick(ESPEAK_VOICES.train, uniform), uniform)),
    ...planSet('development', 'development', (uniform, k) =>
      espeak(turn(ESPEAK_VOICES.development, k), uniform),
    ),
    ...planSet('test', 'test', (uniform, k) => espeak(turn(ESPEAK_VOICES.test, k), uniform)),
    ...planSet('flite', 'test', (uniform, k) => flite(turn(FLITE_VOICES, k), uniform)),
  ];

  function planSet(
    set: QuerySet,
    share: SetName,
    how: (uniform: () => number, position: number) => Recipe['how'],
  ): Recipe[] {
    return Array.from({ length: counts[set] }, (_, k) => {
      const uniform = random(seed, 'queries', size, set, k).next;
      const transcript = drawSentence(size, set, share, uniform, said);
      return { id: `${set}-${k}`, set, transcript, how: how(uniform, k) };
    });
  }
}

/** The name of the voice in reports: engine and voice. */
export function voiceName(recipe: Recipe): string {
  return `${recipe.how.engine}/${recipe.how.voice}`;
}

/** Draws after which the grammar counts as exhausted. */
const TRIES = 5000;

function drawSentence(
  size: GrammarSize,
  set: QuerySet,
  share: SetName,
  uniform: () => number,
  said: Set<string>,
): string {
  const drawn = sentences(size, uniform);
  for (let tries = 0; tries < TRIES; tries++) {
    const sentence = drawn.next().value;
    if (said.has(sentence) || setOf(sentence) !== share) continue;
    said.add(sentence);
    return sentence;
  }
  throw new InputError(
    `The ${size} query grammar has too few distinct sentences for the "${set}" set: ask for fewer.`,
  );
}

function espeak(voice: string, uniform: () => number): Recipe['how'] {
  return {
    engine: 'espeak',
    voice,
    rate: Math.round(between(160, 225, uniform)),
    pitch: Math.round(between(35, 65, uniform)),
    range: Math.round(between(35, 65, uniform)),
  };
}

function flite(voice: string, uniform: () => number): Recipe['how'] {
  return { engine: 'flite', voice, stretch: Number(between(0.9, 1.15, uniform).toFixed(3)) };
}

function between(low: number, high: number, uniform: () => number): number {
  return low + (high - low) * uniform();
}

function pick(voices: readonly string[], uniform: () => number): string {
  return voices[Math.floor(uniform() * voices.length)]!;
}

function turn(voices: readonly string[], position: number): string {
  return voices[position % voices.length]!;
}
