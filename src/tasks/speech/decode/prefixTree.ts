import { alphabetSize, blank, decode, space } from '../alphabet.ts';

/**
 * The label prefixes that a beam search has met, as a tree: prefix 0 is empty, every other one is its
 * parent and one more letter. Equal prefixes are one number, so that their alignments are summed.
 * Its arrays grow by doubling: read them anew after `add`.
 */
export class PrefixTree {
  size = 0;
  parent = new Int32Array(0);
  /** The last letter; the blank for prefix 0. */
  letter = new Int32Array(0);
  /** The word in the making: a node of the word scorer. */
  node = new Int32Array(0);
  /** The n-gram state after the finished words. */
  state = new Int32Array(0);
  /** Score of the finished words. */
  wordsScore = new Float64Array(0);
  /** The best score that the unfinished word can reach. */
  aheadScore = new Float64Array(0);
  /** Row-major `[size, alphabetSize]`: the prefix with one more letter, or −1. */
  children = new Int32Array(0);
  // What follows belongs to the beam: `add` leaves it as it was.
  /** ln of the summed probability of the alignments that end in a blank. */
  blankMass = new Float64Array(0);
  /** ln of the summed probability of the alignments that end in the last letter. */
  letterMass = new Float64Array(0);
  /** The last frame that the prefix entered in the beam. */
  activeAt = new Int32Array(0);

  /** Forgets every prefix but the empty one. */
  reset(node: number, state: number): void {
    this.size = 0;
    this.#append(-1, blank, node, state, 0, 0);
  }

  /** Adds the prefix of `parent` and a letter, not yet there, and returns its number. */
  add(parent: number, letter: number, node: number, state: number, words: number, ahead: number): number {
    this.children[parent * alphabetSize + letter] = this.size;
    return this.#append(parent, letter, node, state, words, ahead);
  }

  /** The text of a prefix. */
  text(prefix: number): string {
    const letters: number[] = [];
    for (let p = prefix; p > 0; p = this.parent[p]!) letters.push(this.letter[p]!);
    return decode(letters.reverse());
  }

  /** The prefix that ends before the space of the word in the making. */
  finishedWords(prefix: number): number {
    let p = prefix;
    while (p > 0 && this.letter[p] !== space) p = this.parent[p]!;
    return p > 0 ? this.parent[p]! : 0;
  }

  #append(parent: number, letter: number, node: number, state: number, words: number, ahead: number): number {
    if (this.size === this.parent.length) this.#grow();
    const prefix = this.size++;
    this.parent[prefix] = parent;
    this.letter[prefix] = letter;
    this.node[prefix] = node;
    this.state[prefix] = state;
    this.wordsScore[prefix] = words;
    this.aheadScore[prefix] = ahead;
    this.children.fill(-1, prefix * alphabetSize, (prefix + 1) * alphabetSize);
    return prefix;
  }

  #grow(): void {
    const capacity = Math.max(1024, 2 * this.parent.length);
    const longer = <A extends Int32Array | Float64Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    const integers = ['parent', 'letter', 'node', 'state', 'activeAt'] as const;
    const reals = ['wordsScore', 'aheadScore', 'blankMass', 'letterMass'] as const;
    for (const name of integers) this[name] = longer(this[name], new Int32Array(capacity));
    for (const name of reals) this[name] = longer(this[name], new Float64Array(capacity));
    this.children = longer(this.children, new Int32Array(capacity * alphabetSize));
  }
}
