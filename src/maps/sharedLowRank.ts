import { InputError } from '../errors.ts';
import { lowRankFactors } from '../linearAlgebra/lowRankFactors.ts';
import { multiply, transposed } from '../linearAlgebra/matrix.ts';
import { svd } from '../linearAlgebra/svd.ts';
import { rowsOfBlock } from './blocks.ts';
import { checkMatrix } from './checks.ts';
import type { LinearMap } from './linearMap.ts';
import { matrixOf } from './matrixOf.ts';

/** A map of the form Z P whose projection P others use as well. */
export interface SharedLowRank extends LinearMap {
  readonly parts: { readonly projection: LinearMap };
  /** Parts of the output, each of which reads a part of the projected values of its own. */
  readonly blocks: number;
}

/**
 * Z P, where the projection P: [p, in] is shared: a layer's recurrence U = Z_h P and the next layer's input W = Z_x P
 * are two such maps over the same `projection` object, whose parameters exist once (Lu, Sindhwani & Sainath 2016, §3.2).
 * Each of `blocks` parts of the output, such as an LSTM's gates, reads its own p / blocks of the projected values: Z is
 * block-diagonal, and every part has a projection of its own. Throws InputError for sizes below 1 or blocks that do not
 * divide.
 */
export function sharedLowRank(projection: LinearMap, outSize: number, blocks = 1): SharedLowRank {
  const rows = rowsOfBlock('sharedLowRank', projection.inSize, outSize, blocks);
  const rank = projection.outSize / blocks;
  if (!Number.isInteger(rank)) {
    throw new InputError(
      `sharedLowRank: blocks is ${blocks}, expected a divisor of the ${projection.outSize} projected values.`,
    );
  }
  const z = { shape: blocks === 1 ? [rows, rank] : [blocks, rows, rank], deviation: Math.sqrt(1 / rank) };
  return {
    kind: blocks === 1 ? `sharedLowRank(${rank})` : `sharedLowRank(${rank}, per gate)`,
    inSize: projection.inSize,
    outSize,
    parameters: { z },
    parts: { projection },
    blocks,
    macs: projection.macs + outSize * rank,
    factors: (parameters) => [...projection.factors(partParameters('projection', parameters)), parameters.z],
    fit(matrix) {
      const fitted = fitShared(projection, [{ matrix, outSize, blocks }], blocks);
      return { z: fitted.z[0], ...withPrefix('projection', fitted.projection) };
    },
  };
}

/** Whether a map's projection can be shared with what reads the same state. */
export const isSharedLowRank = (map: LinearMap): map is SharedLowRank => map.parts?.projection !== undefined;

/** A matrix that reads the state which a projection is shared of. */
export interface ProjectionReader {
  /** [outSize, in], row-major. */
  readonly matrix: Float64Array;
  readonly outSize: number;
  /** As many as the projection has for a Z that is block-diagonal; 1, a Z that reads all projected values, unless given. */
  readonly blocks?: number;
}

/**
 * One projection P for several matrices that read the same state, and a Z for each, such that all Z P are near to their
 * matrices: the truncated singular value decomposition of the matrices on top of each other (after Prabhavalkar et al. 2016,
 * arXiv 1603.08042), for each of `blocks` parts of P over what reads it. The sum of squared errors is the least possible
 * when the projection is dense and one part; one with a structure of its own is fitted to that, and the Z to it. A
 * block-diagonal Z comes as its blocks. Throws InputError for a wrong count of numbers, or one that is not finite.
 */
export function fitShared(
  projection: LinearMap,
  readers: readonly ProjectionReader[],
  blocks = 1,
): { readonly projection: Readonly<Record<string, Float64Array>>; readonly z: readonly Float64Array[] } {
  const { inSize, outSize } = projection;
  const rank = outSize / blocks;
  for (const { matrix, outSize: rows } of readers) {
    checkMatrix(`sharedLowRank(${rank})`, matrix, [rows, inSize]);
  }
  const part = (values: Float64Array, k: number) =>
    values.subarray((k * values.length) / blocks, ((k + 1) * values.length) / blocks);
  const wanted = new Float64Array(outSize * inSize);
  for (let k = 0; k < blocks; k++) {
    const stacked = onTop(
      readers.map(({ matrix, blocks: own = 1 }) => (own === 1 ? matrix : part(matrix, k))),
    );
    part(wanted, k).set(lowRankFactors(stacked, stacked.length / inSize, inSize, rank).right);
  }
  const values = projection.fit(wanted);
  const p = matrixOf(projection, values);
  const z = readers.map(({ matrix, blocks: own = 1 }) =>
    own === 1
      ? leftFactor(matrix, p, inSize)
      : onTop(Array.from({ length: blocks }, (_, k) => leftFactor(part(matrix, k), part(p, k), inSize))),
  );
  return { projection: values, z };
}

/** The Z [rows, rank] that brings Z P nearest to a matrix [rows, cols], P [rank, cols]. */
function leftFactor(matrix: Float64Array, p: Float64Array, cols: number): Float64Array {
  const [rows, rank] = [matrix.length / cols, p.length / cols];
  const { rank: terms, values, u, v } = svd(p, rank, cols);
  const inverse = u.map((value, i) => value / values[Math.floor(i / rank)]);
  const onTerms = multiply(matrix, transposed(v, terms, cols), rows, cols, terms);
  return multiply(onTerms, inverse, rows, terms, rank);
}

/** Matrices of one width on top of each other. */
function onTop(matrices: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(matrices.reduce((total, { length }) => total + length, 0));
  let place = 0;
  for (const matrix of matrices) {
    joined.set(matrix, place);
    place += matrix.length;
  }
  return joined;
}

const withPrefix = <T>(part: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${part}.${name}`, value]));

function partParameters<T>(part: string, parameters: Readonly<Record<string, T>>): Record<string, T> {
  const prefix = `${part}.`;
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
