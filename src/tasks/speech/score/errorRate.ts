import { InputError } from '../../../errors.ts';
import { wordsOf } from '../alphabet.ts';
import { type Edits, editDistance } from './editDistance.ts';

/** What was said and what was recognised. */
export interface TranscriptPair {
  readonly reference: string;
  readonly hypothesis: string;
}

export type Unit = 'word' | 'letter';

/** Edits and the number of units in the reference. */
export interface ErrorCounts extends Edits {
  readonly total: number;
}

export interface ErrorRate extends ErrorCounts {
  /** `errors / total`; insertions can take it above 1. */
  readonly rate: number;
}

/**
 * Word or letter error rate of a set of utterances: all errors over all units of the references.
 *
 * @throws InputError when the references contain no unit at all
 */
export function errorRate(pairs: readonly TranscriptPair[], unit: Unit): ErrorRate {
  const sum = { errors: 0, total: 0, substitutions: 0, insertions: 0, deletions: 0 };
  for (const pair of pairs) {
    const counts = errorCounts(pair, unit);
    sum.errors += counts.errors;
    sum.total += counts.total;
    sum.substitutions += counts.substitutions;
    sum.insertions += counts.insertions;
    sum.deletions += counts.deletions;
  }
  if (sum.total === 0) {
    throw new InputError(
      `the references of ${pairs.length} pairs contain no ${unit}s; an error rate needs at least one`,
    );
  }
  return { ...sum, rate: sum.errors / sum.total };
}

/**
 * The errors of one utterance. Words are what white space separates; letters are those of the words and
 * one space between each two of them.
 */
export function errorCounts({ reference, hypothesis }: TranscriptPair, unit: Unit): ErrorCounts {
  const expected = unitsOf(reference, unit);
  return { ...editDistance(expected, unitsOf(hypothesis, unit)), total: expected.length };
}

function unitsOf(text: string, unit: Unit): string[] {
  const words = wordsOf(text);
  return unit === 'word' ? words : [...words.join(' ')];
}
