import {
  allParameters,
  circulant,
  fitMap,
  hashed,
  type LinearMap,
  lowRank,
  parameterCount,
  scope,
  tensor,
  toDense,
  toeplitz,
  toeplitzLike,
} from 'compact-rnn';

/** What a structure keeps of a matrix. */
export interface Approximation {
  readonly name: string;
  /** The structure as the library calls it: `lowRank(2)`. */
  readonly kind: string;
  readonly parameters: number;
  readonly matrix: Float64Array;
  /** ‖M′ − M‖ / ‖M‖ in Frobenius norm; 0 for a matrix of zeros. */
  readonly error: number;
}

/** Kinds with 2nr numbers each, then the two whose count is fixed. */
export const mapsOf = (side: number, rank: number): readonly { name: string; map: LinearMap }[] => [
  { name: 'Low rank', map: lowRank(side, side, rank) },
  { name: 'Toeplitz-like', map: toeplitzLike(side, side, rank) },
  { name: 'Hashed', map: hashed(side, side, 2 * side * rank) },
  { name: 'Toeplitz', map: toeplitz(side, side) },
  { name: 'Circulant', map: circulant(side, side) },
];

/** The nearest matrix of a structure, as the library's `fitMap` finds it. */
export function nearest(name: string, map: LinearMap, matrix: Float64Array): Approximation {
  const specs = allParameters(map);
  const found = scope(() => {
    const parameters = Object.fromEntries(
      Object.entries(fitMap(map, matrix)).map(([key, values]) => [
        key,
        tensor(values, specs[key].shape, { dtype: 'float64' }),
      ]),
    );
    return Float64Array.from(toDense(map, parameters).dataSync());
  });
  let [square, total] = [0, 0];
  matrix.forEach((value, k) => {
    square += (found[k] - value) ** 2;
    total += value ** 2;
  });
  const error = total === 0 ? 0 : Math.sqrt(square / total);
  return { name, kind: map.kind, parameters: parameterCount(map), matrix: found, error };
}
