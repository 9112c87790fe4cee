/**
 * Which structure a weight matrix has, as written in a configuration:
 * `dense`, `circulant`, `{ lowRank: r }` for a product of rank r, and `{ sharedLowRank: p }` for the projection of a
 * layer's hidden state to p values that its own recurrence and the next layer's input share.
 */
export type MapSpec =
  | 'dense'
  | 'circulant'
  | { readonly lowRank: number }
  | { readonly sharedLowRank: number };

/** One recurrent layer: its width and the structure of its two weight matrices (both dense unless named). */
export interface LayerSpec {
  /** Hidden units, H. */
  readonly hidden: number;
  /** The map from the layer's input to the four gates. `sharedLowRank` has no meaning here: the layer below declares it. */
  readonly input?: Exclude<MapSpec, { readonly sharedLowRank: number }>;
  /** The map from the previous hidden state to the four gates. */
  readonly recurrent?: MapSpec;
}

/** The structure of every layer in a line: `128 circulant/circulant · 128 lowRank(32)/sharedLowRank(32)`. */
export const mapsInWords = (layers: readonly LayerSpec[]): string =>
  layers
    .map(({ hidden, input, recurrent }) => `${hidden} ${mapInWords(input)}/${mapInWords(recurrent)}`)
    .join(' · ');

function mapInWords(spec: MapSpec = 'dense'): string {
  if (typeof spec === 'string') return spec;
  const [[kind, rank]] = Object.entries(spec);
  return `${kind}(${rank})`;
}
