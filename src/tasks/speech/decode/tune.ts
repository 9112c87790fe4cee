import { InputError } from '../../../errors.ts';
import { type ErrorRate, errorRate } from '../score/errorRate.ts';
import { createDecoder, type DecoderOptions } from './beamSearch.ts';

/** A network's output for one utterance and what was said. */
export interface DecodableUtterance {
  /** Natural logarithms, row-major `[frames, alphabetSize]`. */
  readonly logProbs: Float32Array;
  readonly frames: number;
  readonly reference: string;
}

/** What is fixed, and the values to try of what is not. */
export interface TuningGrid extends Omit<DecoderOptions, 'languageWeight' | 'wordBonus'> {
  languageWeights: readonly number[];
  wordBonuses: readonly number[];
}

export interface TunedPoint {
  readonly languageWeight: number;
  readonly wordBonus: number;
  /** Word errors on the utterances. */
  readonly words: ErrorRate;
}

/**
 * The language weight and word bonus with the fewest word errors on the development set, and all that was
 * tried. Of equals the earliest in the grid wins, word bonuses running fastest.
 *
 * @param utterances of the development set: never those that are reported on
 * @throws InputError on an empty grid, and as `createDecoder`, its `decode` and `errorRate` do
 */
export function tuneDecoder(
  utterances: readonly DecodableUtterance[],
  { languageWeights, wordBonuses, ...fixed }: TuningGrid,
): { best: TunedPoint; tried: TunedPoint[] } {
  const tried = languageWeights.flatMap((languageWeight) =>
    wordBonuses.map((wordBonus) => {
      const decoder = createDecoder({ ...fixed, languageWeight, wordBonus });
      const pairs = utterances.map(({ logProbs, frames, reference }) => ({
        reference,
        hypothesis: decoder.decode(logProbs, frames).words,
      }));
      return { languageWeight, wordBonus, words: errorRate(pairs, 'word') };
    }),
  );
  if (tried.length === 0) {
    throw new InputError(
      `the grid has ${languageWeights.length} language weights and ${wordBonuses.length} word bonuses; ` +
        'expected at least one of each',
    );
  }
  const best = tried.reduce((a, b) => (b.words.errors < a.words.errors ? b : a));
  return { best, tried };
}
