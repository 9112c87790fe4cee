import type { MapStructure, MapValues, StructureOf } from '../structure.ts';

/** Fits one kind of map to a row-major matrix [out, in]; the caller has checked its length and that it is finite. */
export type Fit<K extends MapStructure['kind']> = (
  structure: StructureOf<K>,
  matrix: Float64Array,
  size: readonly [outSize: number, inSize: number],
) => MapValues;
