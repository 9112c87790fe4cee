import type { MapStructure, MapValues, StructureOf } from '../structure.ts';

/** The fit of a kind to a matrix [out, in] of finite numbers, row-major, as many as there have to be. */
export type Fit<K extends MapStructure['kind']> = (
  structure: StructureOf<K>,
  matrix: Float64Array,
  size: readonly [outSize: number, inSize: number],
) => MapValues;
