import { InputError } from '../../errors.ts';
import type { LinearMap } from '../linearMap.ts';
import { matrixOf } from '../matrixOf.ts';
import type { MapStructure, MapValues } from '../structure.ts';
import { fitBlockDiagonal } from './blockDiagonal.ts';
import { fitDiagonalPlusLowRank } from './diagonalPlusLowRank.ts';
import type { Fit } from './fit.ts';
import { fitKronecker } from './kronecker.ts';
import { fitLowRank } from './lowRank.ts';
import { commonProjection, nearestReading, type ProjectionReader } from './sharedLowRank.ts';
import { fitCirculant, fitTiedEntries, fitToeplitz } from './tiedEntries.ts';
import { fitToeplitzLike } from './toeplitzLike.ts';

/**
 * Values of all parameters of a map, those of parts as `part.name`, that bring it near to a matrix [out, in], row-major: the
 * nearest in Frobenius norm, except where the fit of a kind says otherwise, and never further than the zero matrix.
 * Throws InputError for a wrong count of numbers, or one that is not finite.
 */
export function fitMap(map: LinearMap, matrix: Float64Array): MapValues {
  const { structure, outSize, inSize } = map;
  checkMatrix('fitMap', map.kind, matrix, [outSize, inSize]);
  const fitKind = fits[structure.kind] as Fit<MapStructure['kind']>;
  return fitKind(structure, matrix, [outSize, inSize]);
}

/**
 * One projection P for several matrices that read the same state, and a Z for each, such that all Z P are near to their
 * matrices: the truncated singular value decomposition of the matrices on top of each other (after Prabhavalkar et al. 2016,
 * arXiv 1603.08042), for each of `blocks` parts of P over what reads it. The sum of squared errors is the least possible
 * when the projection is dense and one part; one with a structure of its own is fitted to that, and the Z to it. A
 * block-diagonal Z comes as its blocks. Throws InputError without readers, for blocks that do not divide the projection, for
 * a wrong count of numbers, or one that is not finite.
 */
export function fitShared(
  projection: LinearMap,
  readers: readonly ProjectionReader[],
  blocks = 1,
): { readonly projection: MapValues; readonly z: readonly Float64Array[] } {
  const { inSize, outSize } = projection;
  const rank = outSize / blocks;
  if (!Number.isInteger(rank)) {
    throw new InputError(
      `fitShared: blocks is ${blocks}, expected a divisor of the projection's ${outSize} values.`,
    );
  }
  if (readers.length === 0) throw new InputError('fitShared: readers is empty, expected at least one.');
  for (const { matrix, outSize: rows, blocks: own = 1 } of readers) {
    if (own !== 1 && own !== blocks) {
      throw new InputError(
        `fitShared: a reader's blocks are ${own}, expected 1 or the projection's ${blocks}.`,
      );
    }
    checkMatrix('fitShared', `sharedLowRank(${rank})`, matrix, [rows, inSize]);
  }
  const values = fitMap(projection, commonProjection(readers, inSize, rank, blocks));
  const p = matrixOf(projection, values);
  return { projection: values, z: readers.map((reader) => nearestReading(reader, p, inSize, blocks)) };
}

/** Every kind has one. */
const fits: { readonly [K in MapStructure['kind']]: Fit<K> } = {
  dense: (_, matrix) => ({ weight: matrix.slice() }),
  lowRank: fitLowRank,
  sharedLowRank({ projection, blocks }, matrix, [outSize]) {
    const { projection: values, z } = fitShared(projection, [{ matrix, outSize, blocks }], blocks);
    const named = Object.entries(values).map(([name, value]) => [`projection.${name}`, value]);
    return { z: z[0], ...Object.fromEntries(named) };
  },
  circulant: fitCirculant,
  toeplitz: fitToeplitz,
  toeplitzLike: fitToeplitzLike,
  blockDiagonal: fitBlockDiagonal,
  diagonalPlusLowRank: fitDiagonalPlusLowRank,
  kronecker: fitKronecker,
  tiedEntries: fitTiedEntries,
  own: (structure, matrix) => structure.fit(matrix),
};

/** Throws InputError naming the function and the map unless `matrix` holds finite numbers, as many as the shape says. */
function checkMatrix(
  name: string,
  map: string,
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
): void {
  if (matrix.length !== rows * cols) {
    throw new InputError(
      `${name}: the matrix for ${map} holds ${matrix.length} numbers, expected ${rows} × ${cols}.`,
    );
  }
  const bad = matrix.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `${name}: entry ${bad} of the matrix for ${map} is ${matrix[bad]}, expected finite numbers.`,
    );
  }
}
