import { type NgramCounts, sentenceEnd, sentenceStart } from './ngramCounts.ts';
import { SparseRows } from './sparseRows.ts';

/**
 * An n-gram model laid out for lookup. A state is a context seen in training (state 0 is the empty one);
 * its row of `successors` holds the ids of the words seen after it, ascending.
 */
export interface NgramTables {
  /** The vocabulary, ascending; a word's id is its index. */
  readonly words: readonly string[];
  /** Id of the unknown word. */
  readonly unknown: number;
  /** Id of the end of a sentence. */
  readonly end: number;
  /** The state at the start of a sentence. */
  readonly start: number;
  readonly successors: SparseRows;
  /** ln P(successor | state), by position in `successors`. */
  readonly logProbability: Float64Array;
  /** The state after the successor, by position in `successors`. */
  readonly next: Int32Array;
  /** The state of the context without its oldest word, by state. */
  readonly backoff: Int32Array;
  /** ln of the share of `backoff`'s distribution in this one, by state. */
  readonly logBackoff: Float64Array;
}

/**
 * Interpolated Witten–Bell estimate (Witten and Bell 1991, method C; the recursive form of Chen and
 * Goodman 1998, §2.5): with c(h) tokens and T(h) distinct words after a context h, and h′ being h without
 * its oldest word,
 *
 *   P(w | h) = (c(h w) + T(h) P(w | h′)) / (c(h) + T(h)),
 *
 * ending in the uniform distribution over the vocabulary, the unknown word and the end of sentence. It
 * needs no counts of counts, which a small or a generated corpus does not have in a usable form
 * (Kneser–Ney's discounts are quotients of them), so it is defined for a single sentence too.
 */
export function estimateWittenBell({ counts }: NgramCounts): NgramTables {
  const words = vocabulary(counts);
  const unknown = words.length;
  const end = words.length + 1;
  const ids = new Map(words.map((word, id) => [word, id]));
  ids.set(sentenceEnd, end).set(sentenceStart, end + 1);

  const contexts = countContexts(counts, ids, words.length + 2);
  const states = new Map([...contexts.keys()].map((key, state) => [key, state]));
  const rows = [...contexts.values()].map((after) => [...after].sort(([a], [b]) => a - b));
  const successors = new SparseRows(rows.map((row) => row.map(([word]) => word)));

  const backoff = new Int32Array(rows.length);
  const logBackoff = new Float64Array(rows.length);
  const backoffShare = new Float64Array(rows.length);
  const probability = new Float64Array(successors.keys.length);
  const next = new Int32Array(successors.keys.length);
  const uniform = 1 / (words.length + 2);

  // Contexts come shortest first, so the shorter distribution is ready when the longer one needs it.
  for (const [key, state] of states) {
    const row = rows[state]!;
    const tokens = row.reduce((sum, [, count]) => sum + count, 0);
    const types = row.reduce((sum, [, count]) => sum + (count > 0 ? 1 : 0), 0);
    if (key !== '') backoff[state] = states.get(withoutOldest(key))!;
    backoffShare[state] = types / (tokens + types);
    logBackoff[state] = Math.log(backoffShare[state]!);
    for (const [i, [word, count]] of row.entries()) {
      const shorter = key === '' ? uniform : lookUp(backoff[state]!, word);
      probability[successors.starts[state]! + i] = (count + types * shorter) / (tokens + types);
      next[successors.starts[state]! + i] = longestState(states, key, word);
    }
  }

  function lookUp(state: number, word: number): number {
    const position = successors.find(state, word);
    return position >= 0 ? probability[position]! : backoffShare[state]! * lookUp(backoff[state]!, word);
  }

  return {
    words,
    unknown,
    end,
    start: longestState(states, '', ids.get(sentenceStart)!),
    successors,
    logProbability: probability.map(Math.log),
    next,
    backoff,
    logBackoff,
  };
}

function vocabulary(counts: ReadonlyMap<string, number>): string[] {
  const words = new Set<string>();
  for (const ngram of counts.keys()) words.add(ngram.slice(ngram.lastIndexOf(' ') + 1));
  words.delete(sentenceEnd);
  return [...words].sort();
}

/**
 * What followed each context and how often, contexts (ids joined by spaces) in ascending order of length.
 * The empty context lists every one of the `events`, if need be with a count of 0.
 */
function countContexts(
  counts: ReadonlyMap<string, number>,
  ids: ReadonlyMap<string, number>,
  events: number,
): Map<string, Map<number, number>> {
  const contexts = new Map([['', new Map(Array.from({ length: events }, (_, id) => [id, 0]))]]);
  for (const [ngram, count] of counts) {
    const context = ngram.split(' ').map((word) => ids.get(word)!);
    const word = context.pop()!;
    for (let from = 0; from <= context.length; from++) {
      const key = context.slice(from).join(' ');
      const after = contexts.get(key) ?? new Map<number, number>();
      contexts.set(key, after.set(word, (after.get(word) ?? 0) + count));
    }
  }
  const length = (key: string) => (key === '' ? 0 : key.split(' ').length);
  return new Map([...contexts].sort(([a], [b]) => length(a) - length(b) || (a < b ? -1 : 1)));
}

/** The state of the longest end of context + word that is a context. */
function longestState(states: ReadonlyMap<string, number>, key: string, word: number): number {
  let context = key === '' ? `${word}` : `${key} ${word}`;
  while (context !== '') {
    const state = states.get(context);
    if (state !== undefined) return state;
    context = withoutOldest(context);
  }
  return 0;
}

function withoutOldest(key: string): string {
  const space = key.indexOf(' ');
  return space < 0 ? '' : key.slice(space + 1);
}
