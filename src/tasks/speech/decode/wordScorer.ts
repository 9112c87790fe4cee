import { InputError } from '../../../errors.ts';
import { Lexicon } from './lexicon.ts';
import { LookAhead } from './lookAhead.ts';
import type { NgramModel } from './ngramModel.ts';

/** What words a beam search may form and what they are worth. */
export interface LanguageOptions {
  /** Scores words; without it every word scores 0. */
  ngram?: NgramModel;
  /** The only words that may come out; without it any string of letters is a word. */
  lexicon?: Lexicon;
  /** α, the weight of the n-gram model's log-probabilities; 0 or more, 1 by default. */
  languageWeight?: number;
  /** β, added for every word; 0 by default. */
  wordBonus?: number;
}

/** The node of a letter sequence that begins no word of the lexicon. */
const outside = -1;

/** Refusal of a letter: no word of a closed vocabulary goes on so. */
export const refused = -2;

/** The node of a word without letters yet. */
export const wordStart = 0;

/**
 * Scores words letter by letter. A word in the making is a node of the lexicon (or `outside`, where the
 * vocabulary is open); the words before it are a state of the n-gram model.
 */
export class WordScorer {
  /** The n-gram state before the first word. */
  readonly start: number;
  readonly #ngram: NgramModel | undefined;
  readonly #lexicon: Lexicon | undefined;
  readonly #lookAhead: LookAhead | undefined;
  readonly #closed: boolean;
  readonly #weight: number;
  readonly #bonus: number;
  /** The n-gram model's id of each word of the lexicon. */
  readonly #ids: Int32Array;

  /** @throws InputError on a weight that is negative or not finite */
  constructor({ ngram, lexicon, languageWeight = 1, wordBonus = 0 }: LanguageOptions) {
    if (!Number.isFinite(languageWeight) || languageWeight < 0) {
      throw new InputError(`languageWeight is ${languageWeight}; expected a finite number, 0 or more`);
    }
    if (!Number.isFinite(wordBonus)) {
      throw new InputError(`wordBonus is ${wordBonus}; expected a finite number`);
    }
    this.#closed = lexicon !== undefined;
    this.#ngram = ngram;
    // An open vocabulary still needs the letter tree, to know the n-gram model's own words.
    this.#lexicon = lexicon ?? (ngram && ngram.words.length > 0 ? new Lexicon(ngram.words) : undefined);
    this.#lookAhead = ngram && this.#lexicon && new LookAhead(ngram, this.#lexicon);
    this.#ids = Int32Array.from(this.#lexicon?.words ?? [], (word) => ngram?.wordId(word) ?? 0);
    this.#weight = languageWeight;
    this.#bonus = wordBonus;
    this.start = ngram?.start ?? 0;
  }

  /** The node after one more letter of a word, or `refused`. */
  extend(node: number, letter: number): number {
    const child = node === outside || !this.#lexicon ? outside : this.#lexicon.child(node, letter);
    return child === -1 ? (this.#closed ? refused : outside) : child;
  }

  /** Whether a word may end at a node. */
  isWord(node: number): boolean {
    return node !== wordStart && (!this.#closed || this.#lexicon!.wordAt(node) >= 0);
  }

  /** α ln P(word | state) + β for the word that ends at a node. */
  wordScore(state: number, node: number): number {
    if (!this.#ngram) return this.#bonus;
    return this.#weight * this.#ngram.score(state, this.#wordId(node)) + this.#bonus;
  }

  /** The state after the word that ends at a node. */
  stateAfter(state: number, node: number): number {
    return this.#ngram ? this.#ngram.advance(state, this.#wordId(node)) : 0;
  }

  /** α ln P(end of sentence | state). */
  endScore(state: number): number {
    return this.#ngram ? this.#weight * this.#ngram.score(state, this.#ngram.end) : 0;
  }

  /** The best `wordScore` that a word with a node's letters can reach; 0 before its first letter. */
  bestWordScore(state: number, node: number): number {
    if (node === wordStart) return 0;
    if (!this.#ngram) return this.#bonus;
    const known = node === outside ? Number.NEGATIVE_INFINITY : this.#lookAhead!.best(state, node);
    const unknown = this.#closed ? Number.NEGATIVE_INFINITY : this.#ngram.score(state, this.#ngram.unknown);
    return this.#weight * Math.max(known, unknown) + this.#bonus;
  }

  #wordId(node: number): number {
    const word = node === outside ? -1 : this.#lexicon!.wordAt(node);
    return word < 0 ? this.#ngram!.unknown : this.#ids[word]!;
  }
}
