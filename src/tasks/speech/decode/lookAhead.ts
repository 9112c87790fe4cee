import type { Lexicon } from './lexicon.ts';
import type { NgramModel } from './ngramModel.ts';
import { SparseRows } from './sparseRows.ts';

/**
 * Language-model look-ahead over the letters of a word: the best ln P(word | state) among the words that
 * begin with the letters so far (Ortmanns, Ney and Eiden 1996), exact for every n-gram state.
 *
 * A word not seen after a state has the probability of its back-off times a constant, and one that was
 * seen has at least that. So the best of a node is the larger of the best seen word there and the
 * constant times the best of the back-off: only the nodes on the way to seen words need an entry.
 */
export class LookAhead {
  readonly #ngram: NgramModel;
  /** Row s: the nodes that begin a word seen after state s. Empty for state 0, which has `#unigram`. */
  readonly #nodes: SparseRows;
  /** Best ln P by position in `#nodes`. */
  readonly #best: Float64Array;
  /** Best ln P after the empty history, by node. */
  readonly #unigram: Float64Array;

  constructor(ngram: NgramModel, lexicon: Lexicon) {
    this.#ngram = ngram;
    const leaf = leafOfWord(ngram, lexicon);
    this.#unigram = bestUnigrams(ngram, lexicon);
    const rows: [node: number, best: number][][] = [[]];
    for (let state = 1; state < ngram.states; state++) {
      const best = new Map<number, number>();
      ngram.forEachSuccessor(state, (word, logProbability) => {
        for (let node = leaf[word]!; node >= 0; node = lexicon.parent(node)) {
          best.set(node, Math.max(best.get(node) ?? Number.NEGATIVE_INFINITY, logProbability));
        }
      });
      rows.push([...best].sort(([a], [b]) => a - b));
    }
    this.#nodes = new SparseRows(rows.map((row) => row.map(([node]) => node)));
    this.#best = Float64Array.from(rows.flatMap((row) => row.map(([, best]) => best)));
  }

  /** The best ln P(word | state) among the words that begin with a node of the lexicon. */
  best(state: number, node: number): number {
    let shared = 0;
    let context = state;
    while (context !== 0) {
      const position = this.#nodes.find(context, node);
      if (position >= 0) return shared + this.#best[position]!;
      shared += this.#ngram.logBackoff(context);
      context = this.#ngram.backoff(context);
    }
    return shared + this.#unigram[node]!;
  }
}

/** The node where each of the n-gram model's words ends, by word id; −1 for one outside the lexicon. */
function leafOfWord(ngram: NgramModel, lexicon: Lexicon): Int32Array {
  const leaf = new Int32Array(ngram.words.length + 2).fill(-1);
  for (let node = 0; node < lexicon.nodes; node++) {
    const id = ngram.wordId(lexicon.words[lexicon.wordAt(node)] ?? '');
    if (id !== ngram.unknown) leaf[id] = node;
  }
  return leaf;
}

function bestUnigrams(ngram: NgramModel, lexicon: Lexicon): Float64Array {
  const best = new Float64Array(lexicon.nodes).fill(Number.NEGATIVE_INFINITY);
  for (let node = lexicon.nodes - 1; node > 0; node--) {
    const word = lexicon.wordAt(node);
    if (word >= 0) best[node] = Math.max(best[node]!, ngram.score(0, ngram.wordId(lexicon.words[word]!)));
    const parent = lexicon.parent(node);
    best[parent] = Math.max(best[parent]!, best[node]!);
  }
  return best;
}
