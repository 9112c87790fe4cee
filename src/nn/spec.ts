/**
 * Which structure a weight matrix has, as written in a configuration: a word for kinds without a size, otherwise one key,
 * the kind, and its size. Kinds whose matrix is built from blocks get one for each gate of the cell.
 */
export type MapSpec =
  | 'dense'
  | 'circulant'
  | 'skewCirculant'
  | 'toeplitz'
  /** Each gate reads its own equal part of the input, such as the values that a layer below projects for it. */
  | 'blockDiagonal'
  /** A product of rank r: one for all gates on top of each other, or one for each gate. */
  | { readonly lowRank: number; readonly perGate?: boolean }
  /**
   * A projection of the layer's hidden state to p values, which its own recurrence and the next layer's input share: one
   * for all gates, or one for each gate.
   */
  | { readonly sharedLowRank: number; readonly perGate?: boolean }
  /** Displacement rank r. */
  | { readonly toeplitzLike: number }
  /** Side of the circulant blocks. */
  | { readonly blockCirculant: number }
  /** How many values the entries share. */
  | { readonly hashed: number }
  /** Rank of what is added to the diagonals. */
  | { readonly diagonalPlusLowRank: number }
  /** Rows and columns of the first factor. */
  | { readonly kronecker: readonly [number, number] }
  /** The map at a place that comes before, `layers.0.recurrent`: one set of numbers for both. */
  | { readonly tied: string };

/** Kinds that an input map can be: a shared projection is declared by the layer below, as its recurrent map. */
export type InputMapSpec = Exclude<MapSpec, { readonly sharedLowRank: number }>;

/** One recurrent layer: its width and the structure of its two weight matrices (both dense unless named). */
export interface LayerSpec {
  /** Hidden units, H; in each direction, if there are two. */
  readonly hidden: number;
  /** `lstm` unless named. */
  readonly cell?: 'lstm' | 'gru' | 'rnn';
  /** Of a GRU, whether the reset gate acts before or after the recurrent product; `after` (as in PyTorch) unless named. */
  readonly reset?: 'before' | 'after';
  /** Of an LSTM, whether its gates see the cell; false unless given. */
  readonly peepholes?: boolean;
  /** Whether a second set of weights reads the sequence backwards, its output beside the first's; false unless given. */
  readonly bidirectional?: boolean;
  /**
   * How both maps are multiplied, with matrices written out or, where a map has them, by fast transforms; the cheaper way
   * unless given.
   */
  readonly plan?: 'dense' | 'transforms';
  /** The map from the layer's input to all gates. */
  readonly input?: InputMapSpec;
  /** The map from the previous hidden state to all gates. */
  readonly recurrent?: MapSpec;
}

/** The structure of every layer in a line: `128 circulant/circulant · 128 lowRank(32)/sharedLowRank(32)`. */
export const mapsInWords = (layers: readonly LayerSpec[]): string => layers.map(layerInWords).join(' · ');

function layerInWords({ hidden, cell = 'lstm', bidirectional, input, recurrent }: LayerSpec): string {
  const kind = `${bidirectional ? 'bi-' : ''}${cell}`;
  return `${hidden} ${kind === 'lstm' ? '' : `${kind} `}${mapInWords(input)}/${mapInWords(recurrent)}`;
}

function mapInWords(spec: MapSpec = 'dense'): string {
  if (typeof spec === 'string') return spec;
  const { perGate, ...sized } = spec as { readonly perGate?: boolean };
  const [[kind, size]] = Object.entries(sized);
  return `${kind}(${[size, perGate ? 'per gate' : []].flat(2).join(', ')})`;
}
