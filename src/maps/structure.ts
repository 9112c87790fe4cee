import type { LinearMap } from './linearMap.ts';

/** What a map is, as `fitMap` needs to know it; `blocks` are the matrices that stand on top of each other. */
export type MapStructure =
  | { readonly kind: 'dense' }
  | { readonly kind: 'lowRank'; readonly rank: number; readonly blocks: number }
  /** Z P; each of `blocks` parts of the output reads a part of the projected values of its own. */
  | { readonly kind: 'sharedLowRank'; readonly projection: LinearMap; readonly blocks: number }
  | { readonly kind: 'circulant'; readonly skew: boolean; readonly blocks: number }
  | { readonly kind: 'toeplitz'; readonly blocks: number }
  | { readonly kind: 'toeplitzLike'; readonly rank: number; readonly blocks: number }
  | { readonly kind: 'blockDiagonal'; readonly blocks: number }
  | { readonly kind: 'diagonalPlusLowRank'; readonly rank: number; readonly blocks: number }
  | { readonly kind: 'kronecker'; readonly rows: number; readonly cols: number }
  /** Every entry is one of v and −v [count], one after the other: the one at `indices` [out · in]. */
  | { readonly kind: 'tiedEntries'; readonly count: number; readonly indices: Int32Array }
  /** A user-defined map with its own `fit`, which must return what `fitMap` returns. */
  | { readonly kind: 'own'; fit(matrix: Float64Array): MapValues };

/** Numbers of all parameters of a map, those of its parts as `part.name`. */
export type MapValues = Readonly<Record<string, Float64Array>>;

/** The structure of one kind. */
export type StructureOf<K extends MapStructure['kind']> = Extract<MapStructure, { readonly kind: K }>;
