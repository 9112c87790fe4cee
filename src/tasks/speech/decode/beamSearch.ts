import { InputError } from '../../../errors.ts';
import { alphabetSize, blank, space } from '../alphabet.ts';
import { checkLogProbs, logAdd } from './logProbs.ts';
import { PrefixTree } from './prefixTree.ts';
import { TopScores } from './topScores.ts';
import { type LanguageOptions, refused, WordScorer, wordStart } from './wordScorer.ts';

export interface DecoderOptions extends LanguageOptions {
  /** How many prefixes survive a frame. */
  beamWidth: number;
  /** A letter extends no prefix in a frame where its log-probability is below this; by default none is pruned. */
  letterThreshold?: number;
}

export interface Decoding {
  /** The recognised words, separated by single spaces. */
  words: string;
  /**
   * ln P(words | audio) + α ln P(words) + β · number of words, the first term summed over the alignments
   * that the search kept; −Infinity when none of them ended with a finished word.
   */
  score: number;
}

export interface Decoder {
  /**
   * The words of one utterance.
   *
   * @param logProbs natural logarithms, row-major `[frames, alphabetSize]`
   * @throws InputError when the sizes disagree or a value is NaN
   */
  decode(logProbs: Float32Array, frames: number): Decoding;
}

/**
 * CTC prefix beam search with a word n-gram model (Graves and Jaitly 2014; Hannun et al. 2014).
 *
 * A hypothesis is a sequence of words separated by single spaces. Its alignments are summed, apart for
 * those that end in a blank and those that end in its last letter. A word is scored by
 * α ln P(word | words before) + β when the space after it or the last frame completes it, the end of
 * sentence by α ln P; until then the best score among the words with these letters stands in for it, in
 * the choice of survivors only. With a lexicon no other word can come out. Without one any letters form
 * a word, unknown to the n-gram model unless in its vocabulary; with neither this is plain prefix search.
 *
 * When the last frame leaves only hypotheses that break off inside a word (or after a space), the best of
 * them is cut back to its finished words and the score is −Infinity.
 *
 * The decoder reuses its memory from one utterance to the next.
 *
 * @throws InputError on a beam width below 1, a threshold that is NaN, or a weight out of range
 */
export function createDecoder(options: DecoderOptions): Decoder {
  const { beamWidth, letterThreshold = Number.NEGATIVE_INFINITY } = options;
  if (!Number.isInteger(beamWidth) || beamWidth < 1) {
    throw new InputError(`beamWidth is ${beamWidth}; expected an integer, 1 or more`);
  }
  if (Number.isNaN(letterThreshold)) {
    throw new InputError('letterThreshold is NaN; expected a log-probability');
  }
  const search = new BeamSearch(new WordScorer(options), beamWidth, letterThreshold);
  return {
    decode(logProbs, frames) {
      checkLogProbs(logProbs, frames);
      search.begin();
      for (let t = 0; t < frames; t++) search.step(logProbs, t);
      return search.finish();
    },
  };
}

class BeamSearch {
  readonly #scorer: WordScorer;
  readonly #threshold: number;
  readonly #prefixes = new PrefixTree();
  readonly #survivors: TopScores;
  /** The beam: prefixes, in the first `#width` places. Their masses before the frame stand beside them. */
  #beam: number[] = [];
  #nextBeam: number[] = [];
  #width = 0;
  readonly #totalMass: number[] = [];
  readonly #blankMass: number[] = [];
  /** Letters of the frame that are likely enough, in the first `#letterCount` places. */
  readonly #letters = new Int32Array(alphabetSize);
  #letterCount = 0;
  /** One-letter extensions of the beam that are not in it, in the first `#extensionCount` places. */
  readonly #extended: number[] = [];
  readonly #extension: number[] = [];
  readonly #extensionMass: number[] = [];
  readonly #extensionScore: number[] = [];
  #extensionCount = 0;

  constructor(scorer: WordScorer, beamWidth: number, threshold: number) {
    this.#scorer = scorer;
    this.#threshold = threshold;
    this.#survivors = new TopScores(beamWidth);
  }

  begin(): void {
    this.#prefixes.reset(wordStart, this.#scorer.start);
    this.#prefixes.blankMass[0] = 0;
    this.#prefixes.letterMass[0] = Number.NEGATIVE_INFINITY;
    this.#prefixes.activeAt[0] = 0;
    this.#beam[0] = 0;
    this.#width = 1;
  }

  step(logProbs: Float32Array, t: number): void {
    const frame = t * alphabetSize;
    this.#chooseLetters(logProbs, frame);
    this.#stay(logProbs, frame);
    this.#extend(logProbs, frame, t);
    this.#choose(t + 1);
  }

  finish(): Decoding {
    const { blankMass, letterMass, wordsScore, aheadScore } = this.#prefixes;
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    let unfinished = 0;
    let unfinishedScore = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < this.#width; k++) {
      const p = this.#beam[k]!;
      const prefixScore = logAdd(blankMass[p]!, letterMass[p]!) + wordsScore[p]!;
      const score = prefixScore + this.#endScore(p);
      if (score > bestScore) {
        best = p;
        bestScore = score;
      }
      if (prefixScore + aheadScore[p]! > unfinishedScore) {
        unfinished = p;
        unfinishedScore = prefixScore + aheadScore[p]!;
      }
    }
    const prefix = best >= 0 ? best : this.#prefixes.finishedWords(unfinished);
    return { words: this.#prefixes.text(prefix), score: bestScore };
  }

  #chooseLetters(logProbs: Float32Array, frame: number): void {
    this.#letterCount = 0;
    for (let c = blank + 1; c < alphabetSize; c++) {
      if (logProbs[frame + c]! >= this.#threshold) this.#letters[this.#letterCount++] = c;
    }
  }

  /** Sums the alignments that leave a prefix as it is: one more blank, or its last letter once more. */
  #stay(logProbs: Float32Array, frame: number): void {
    const { blankMass, letterMass, letter } = this.#prefixes;
    for (let k = 0; k < this.#width; k++) {
      const p = this.#beam[k]!;
      const total = logAdd(blankMass[p]!, letterMass[p]!);
      this.#totalMass[k] = total;
      this.#blankMass[k] = blankMass[p]!;
      blankMass[p] = total + logProbs[frame + blank]!;
      // Prefix 0 has no last letter, and no mass that ends in one.
      letterMass[p] = letterMass[p]! + logProbs[frame + letter[p]!]!;
    }
  }

  /** Adds a letter to every prefix: to the mass of a longer one in the beam, else as an extension. */
  #extend(logProbs: Float32Array, frame: number, t: number): void {
    const { children, letter, letterMass, activeAt } = this.#prefixes;
    this.#extensionCount = 0;
    for (let k = 0; k < this.#width; k++) {
      const p = this.#beam[k]!;
      for (let i = 0; i < this.#letterCount; i++) {
        const c = this.#letters[i]!;
        // A repeated letter is a new one only after a blank.
        const before = c === letter[p] ? this.#blankMass[k]! : this.#totalMass[k]!;
        const mass = before + logProbs[frame + c]!;
        if (mass === Number.NEGATIVE_INFINITY) continue;
        const child = children[p * alphabetSize + c]!;
        if (child >= 0 && activeAt[child] === t) letterMass[child] = logAdd(letterMass[child]!, mass);
        else this.#offerExtension(p, c, mass, child);
      }
    }
  }

  #offerExtension(p: number, c: number, mass: number, child: number): void {
    const { node, state, wordsScore, aheadScore } = this.#prefixes;
    const scorer = this.#scorer;
    let language: number;
    if (child >= 0) {
      language = wordsScore[child]! + aheadScore[child]!;
    } else if (c === space) {
      if (!scorer.isWord(node[p]!)) return;
      language = wordsScore[p]! + scorer.wordScore(state[p]!, node[p]!);
    } else {
      const next = scorer.extend(node[p]!, c);
      if (next === refused) return;
      language = wordsScore[p]! + scorer.bestWordScore(state[p]!, next);
    }
    const i = this.#extensionCount++;
    this.#extended[i] = p;
    this.#extension[i] = c;
    this.#extensionMass[i] = mass;
    this.#extensionScore[i] = mass + language;
  }

  /** The beam before frame `t`: the best of the present one and its extensions. */
  #choose(t: number): void {
    const { blankMass, letterMass, wordsScore, aheadScore } = this.#prefixes;
    const survivors = this.#survivors;
    survivors.clear();
    for (let k = 0; k < this.#width; k++) {
      const p = this.#beam[k]!;
      const mass = logAdd(blankMass[p]!, letterMass[p]!);
      if (mass > Number.NEGATIVE_INFINITY) survivors.offer(k, mass + wordsScore[p]! + aheadScore[p]!);
    }
    for (let i = 0; i < this.#extensionCount; i++) survivors.offer(this.#width + i, this.#extensionScore[i]!);
    for (let s = 0; s < survivors.size; s++) {
      const item = survivors.items[s]!;
      const p = item < this.#width ? this.#beam[item]! : this.#enter(item - this.#width);
      this.#prefixes.activeAt[p] = t;
      this.#nextBeam[s] = p;
    }
    [this.#beam, this.#nextBeam] = [this.#nextBeam, this.#beam];
    this.#width = survivors.size;
  }

  /** The prefix of an extension, with its mass. */
  #enter(extension: number): number {
    const p = this.#extended[extension]!;
    const c = this.#extension[extension]!;
    const known = this.#prefixes.children[p * alphabetSize + c]!;
    const prefix = known >= 0 ? known : this.#addPrefix(p, c);
    this.#prefixes.blankMass[prefix] = Number.NEGATIVE_INFINITY;
    this.#prefixes.letterMass[prefix] = this.#extensionMass[extension]!;
    return prefix;
  }

  #addPrefix(p: number, c: number): number {
    const scorer = this.#scorer;
    const node = this.#prefixes.node[p]!;
    const state = this.#prefixes.state[p]!;
    const words = this.#prefixes.wordsScore[p]!;
    if (c === space) {
      const after = scorer.stateAfter(state, node);
      return this.#prefixes.add(p, c, wordStart, after, words + scorer.wordScore(state, node), 0);
    }
    const next = scorer.extend(node, c);
    return this.#prefixes.add(p, c, next, state, words, scorer.bestWordScore(state, next));
  }

  /** Score of a last word and of the end of sentence; −Infinity where a prefix is no whole hypothesis. */
  #endScore(p: number): number {
    const scorer = this.#scorer;
    const node = this.#prefixes.node[p]!;
    const state = this.#prefixes.state[p]!;
    if (p === 0) return scorer.endScore(state);
    if (!scorer.isWord(node)) return Number.NEGATIVE_INFINITY;
    return scorer.wordScore(state, node) + scorer.endScore(scorer.stateAfter(state, node));
  }
}
