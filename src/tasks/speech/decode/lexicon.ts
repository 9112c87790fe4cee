import { InputError } from '../../../errors.ts';
import { alphabetSize, encode, space } from '../alphabet.ts';

/**
 * The words that may be recognised, as a tree of letters: each node is the beginning of some word, node 0
 * the empty one. A node's number is above its parent's.
 */
export class Lexicon {
  /** Distinct words, ascending. */
  readonly words: readonly string[];
  /** Number of nodes. */
  readonly nodes: number;
  /** Row-major `[nodes, alphabetSize]`: the node after one more letter, or −1. */
  readonly #children: Int32Array;
  readonly #parents: Int32Array;
  /** Index of the word that ends at a node, or −1. */
  readonly #wordAt: Int32Array;

  /** @throws InputError without words, or on one that is empty or not of letters alone */
  constructor(words: readonly string[]) {
    if (words.length === 0) throw new InputError('words is empty; expected a lexicon of at least one word');
    this.words = [...new Set(words)].sort();
    const capacity = 1 + this.words.reduce((letters, word) => letters + word.length, 0);
    this.#children = new Int32Array(capacity * alphabetSize).fill(-1);
    this.#parents = new Int32Array(capacity).fill(-1);
    this.#wordAt = new Int32Array(capacity).fill(-1);
    let nodes = 1;
    for (const [index, word] of this.words.entries()) {
      const letters = encode(word, `lexicon word "${word}"`);
      if (letters.length === 0 || letters.includes(space)) {
        throw new InputError(`lexicon word "${word}": expected one or more letters and no space`);
      }
      let node = 0;
      for (const letter of letters) {
        let child = this.child(node, letter);
        if (child < 0) {
          child = nodes++;
          this.#children[node * alphabetSize + letter] = child;
          this.#parents[child] = node;
        }
        node = child;
      }
      this.#wordAt[node] = index;
    }
    this.nodes = nodes;
  }

  /** The node after one more letter, or −1 where no word goes on so. */
  child(node: number, letter: number): number {
    return this.#children[node * alphabetSize + letter]!;
  }

  /** The node without its last letter; −1 for node 0. */
  parent(node: number): number {
    return this.#parents[node]!;
  }

  /** The index in `words` of the word that ends at a node, or −1. */
  wordAt(node: number): number {
    return this.#wordAt[node]!;
  }
}
