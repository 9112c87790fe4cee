import { InputError } from '../../../errors.ts';
import { wordsOf } from '../alphabet.ts';
import {
  countNgrams,
  countsFromJSON,
  countsToJSON,
  type NgramCounts,
  type NgramCountsJSON,
  sentenceEnd,
  sentenceStart,
} from './ngramCounts.ts';
import { estimateWittenBell, type NgramTables } from './wittenBell.ts';

/**
 * A word n-gram model with natural-log probabilities. Over the vocabulary, the unknown word and the end
 * of sentence they sum to 1 after any history.
 *
 * Words are integers in the fast methods (`wordId` gives them), and a history is a state: an integer
 * that stands for the longest part of the history that training saw.
 */
export class NgramModel {
  readonly order: number;
  /** The vocabulary, ascending; a word's id is its index. */
  readonly words: readonly string[];
  /** Id of every word outside the vocabulary. */
  readonly unknown: number;
  /** Id of the end of sentence. */
  readonly end: number;
  /** The state before a sentence's first word. */
  readonly start: number;
  /** Number of states; state 0 is the empty history. */
  readonly states: number;
  readonly #counts: NgramCounts;
  readonly #tables: NgramTables;
  readonly #ids: ReadonlyMap<string, number>;

  /** Estimates the probabilities from counts: see `estimateWittenBell`. */
  constructor(counts: NgramCounts) {
    const tables = estimateWittenBell(counts);
    this.#counts = counts;
    this.#tables = tables;
    this.#ids = new Map(tables.words.map((word, id) => [word, id]));
    this.order = counts.order;
    this.words = tables.words;
    this.unknown = tables.unknown;
    this.end = tables.end;
    this.start = tables.start;
    this.states = tables.backoff.length;
  }

  /** The id of a word or of `</s>`; `unknown` for any other. */
  wordId(word: string): number {
    return word === sentenceEnd ? this.end : (this.#ids.get(word) ?? this.unknown);
  }

  /** ln P(word | state). */
  score(state: number, word: number): number {
    const { successors, logProbability, backoff, logBackoff } = this.#tables;
    let shared = 0;
    for (let context = state; ; context = backoff[context]!) {
      const position = successors.find(context, word);
      if (position >= 0) return shared + logProbability[position]!;
      shared += logBackoff[context]!;
    }
  }

  /** The state after a word. */
  advance(state: number, word: number): number {
    const { successors, next, backoff } = this.#tables;
    for (let context = state; ; context = backoff[context]!) {
      const position = successors.find(context, word);
      if (position >= 0) return next[position]!;
    }
  }

  /** ln P(word | history), the history oldest word first; it begins with `<s>` where the sentence does. */
  logProbability(history: readonly string[], word: string): number {
    return this.score(this.stateAfter(history), this.wordId(word));
  }

  /** The state after a history, oldest word first; it begins with `<s>` where the sentence does. */
  stateAfter(history: readonly string[]): number {
    let state = 0;
    for (const word of history) {
      state = word === sentenceStart ? this.start : this.advance(state, this.wordId(word));
    }
    return state;
  }

  /** The state of the history without its oldest word. */
  backoff(state: number): number {
    return this.#tables.backoff[state]!;
  }

  /** What a word not seen after this state adds to its score after `backoff(state)`. */
  logBackoff(state: number): number {
    return this.#tables.logBackoff[state]!;
  }

  /** Calls back with each word seen after a state and its ln P; after state 0, with every word. */
  forEachSuccessor(state: number, visit: (word: number, logProbability: number) => void): void {
    const { successors, logProbability } = this.#tables;
    for (let i = successors.starts[state]!; i < successors.starts[state + 1]!; i++) {
      visit(successors.keys[i]!, logProbability[i]!);
    }
  }

  /** The model as a plain record: its order and its counts. */
  toJSON(): NgramCountsJSON {
    return countsToJSON(this.#counts);
  }

  /**
   * The model that `toJSON` recorded, with the very same probabilities.
   *
   * @param where what an error message names, such as a file
   * @throws InputError naming what is not as `toJSON` writes it
   */
  static fromJSON(value: unknown, where: string): NgramModel {
    return new NgramModel(countsFromJSON(value, where));
  }
}

/**
 * The n-gram model of a set of sentences, words separated by white space.
 *
 * @throws InputError without sentences, on an order below 1, or on a word that is a reserved mark
 */
export function trainNgramModel(sentences: readonly string[], order = 3): NgramModel {
  return new NgramModel(countNgrams(sentences, order));
}

/**
 * Perplexity of a model on sentences: exp of the mean −ln P over their words and ends.
 *
 * @throws InputError without sentences
 */
export function perplexity(model: NgramModel, sentences: readonly string[]): number {
  if (sentences.length === 0) throw new InputError('sentences is empty; expected at least one to score');
  let logProbability = 0;
  let events = 0;
  for (const sentence of sentences) {
    let state = model.start;
    for (const word of [...wordsOf(sentence), sentenceEnd]) {
      const id = model.wordId(word);
      logProbability += model.score(state, id);
      state = model.advance(state, id);
      events++;
    }
  }
  return Math.exp(-logProbability / events);
}
