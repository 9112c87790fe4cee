import { lowRankFactors } from '../linearAlgebra/lowRankFactors.ts';
import { multiply, transposed } from '../linearAlgebra/matrix.ts';
import { svd } from '../linearAlgebra/svd.ts';
import { scope } from '../tensor/scope.ts';
import { tensor } from '../tensor/tensor.ts';
import { checkMatrix, checkSizes } from './checks.ts';
import { allParameters, type LinearMap, toDense } from './linearMap.ts';

/** A map of the form Z P whose projection P others use as well. */
export interface SharedLowRank extends LinearMap {
  readonly parts: { readonly projection: LinearMap };
}

/**
 * Z P, where the projection P: [p, in] is shared: a layer's recurrence U = Z_h P and the next layer's input W = Z_x P
 * are two such maps over the same `projection` object, whose parameters exist once (Lu, Sindhwani & Sainath 2016, §3.2).
 * Throws InputError for sizes below 1.
 */
export function sharedLowRank(projection: LinearMap, outSize: number): SharedLowRank {
  checkSizes('sharedLowRank', { outSize });
  const rank = projection.outSize;
  return {
    kind: `sharedLowRank(${rank})`,
    inSize: projection.inSize,
    outSize,
    parameters: { z: { shape: [outSize, rank], deviation: Math.sqrt(1 / rank) } },
    parts: { projection },
    macs: projection.macs + rank * outSize,
    factors: (parameters) => [...projection.factors(partParameters('projection', parameters)), parameters.z],
    fit(matrix) {
      const fitted = fitShared(projection, [{ matrix, outSize }]);
      return { z: fitted.z[0], ...withPrefix('projection', fitted.projection) };
    },
  };
}

/** Whether a map's projection can be shared with what reads the same state. */
export const isSharedLowRank = (map: LinearMap): map is SharedLowRank => map.parts?.projection !== undefined;

/**
 * One projection P for several matrices [outSize, in] that read the same state, and a Z for each, such that all Z P are near
 * to their matrices: the truncated singular value decomposition of the matrices on top of each other (after Prabhavalkar
 * et al. 2016, arXiv 1603.08042). The sum of squared errors is the least possible when the projection is dense; one with
 * a structure of its own is fitted to that, and the Z to it. Throws InputError for a wrong count of numbers, or one that
 * is not finite.
 */
export function fitShared(
  projection: LinearMap,
  matrices: readonly { readonly matrix: Float64Array; readonly outSize: number }[],
): { readonly projection: Readonly<Record<string, Float64Array>>; readonly z: readonly Float64Array[] } {
  const { inSize, outSize: rank } = projection;
  const rows = matrices.reduce((total, { outSize }) => total + outSize, 0);
  const stacked = new Float64Array(rows * inSize);
  let row = 0;
  for (const { matrix, outSize } of matrices) {
    checkMatrix(`sharedLowRank(${rank})`, matrix, [outSize, inSize]);
    stacked.set(matrix, row * inSize);
    row += outSize;
  }
  const values = projection.fit(lowRankFactors(stacked, rows, inSize, rank).right);
  const all = leftFactor(stacked, matrixOf(projection, values), [rows, inSize]);
  row = 0;
  const z = matrices.map(({ outSize }) => {
    const own = all.slice(row * rank, (row + outSize) * rank);
    row += outSize;
    return own;
  });
  return { projection: values, z };
}

/** The Z [rows, rank] that brings Z P nearest to a matrix [rows, cols]. */
function leftFactor(
  matrix: Float64Array,
  p: Float64Array,
  [rows, cols]: readonly [number, number],
): Float64Array {
  const rank = p.length / cols;
  const { rank: terms, values, u, v } = svd(p, rank, cols);
  const inverse = u.map((value, i) => value / values[Math.floor(i / rank)]);
  return multiply(
    multiply(matrix, transposed(v, terms, cols), rows, cols, terms),
    inverse,
    rows,
    terms,
    rank,
  );
}

/** The matrix of a map, row-major, from plain values of its parameters. */
function matrixOf(map: LinearMap, values: Readonly<Record<string, Float64Array>>): Float64Array {
  return scope(() => {
    const tensors = Object.entries(allParameters(map)).map(([name, { shape }]) => [
      name,
      tensor(values[name], shape, { dtype: 'float64' }),
    ]);
    return toDense(map, Object.fromEntries(tensors)).dataSync() as Float64Array;
  });
}

const withPrefix = <T>(part: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${part}.${name}`, value]));

function partParameters<T>(part: string, parameters: Readonly<Record<string, T>>): Record<string, T> {
  const prefix = `${part}.`;
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
