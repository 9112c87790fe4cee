import { lowRankFactors } from '../../linearAlgebra/lowRankFactors.ts';
import { multiply, transposed } from '../../linearAlgebra/matrix.ts';
import { equalParts, joined } from '../../linearAlgebra/parts.ts';
import { svd } from '../../linearAlgebra/svd.ts';

/** A matrix that reads the state which a projection is shared of. */
export interface ProjectionReader {
  /** [outSize, in], row-major. */
  readonly matrix: Float64Array;
  readonly outSize: number;
  /** As many as the projection has for a Z that is block-diagonal; 1, a Z that reads all projected values, unless given. */
  readonly blocks?: number;
}

/** The best dense projection [rank · blocks, cols] for all readers: that of them on top of each other, for each of its parts. */
export function commonProjection(
  readers: readonly ProjectionReader[],
  cols: number,
  rank: number,
  blocks: number,
): Float64Array {
  const parts = Array.from({ length: blocks }, (_, k) => {
    const stacked = joined(
      readers.map(({ matrix, blocks: own = 1 }) => (own === 1 ? matrix : equalParts(matrix, blocks)[k])),
    );
    return lowRankFactors(stacked, stacked.length / cols, cols, rank).right;
  });
  return joined(parts);
}

/** The Z of a reader that brings Z P nearest to its matrix, for a projection P [rank · blocks, cols]. */
export function nearestReading(
  { matrix, blocks: own = 1 }: ProjectionReader,
  p: Float64Array,
  cols: number,
  blocks: number,
): Float64Array {
  if (own === 1) return leftFactor(matrix, p, cols);
  const projections = equalParts(p, blocks);
  return joined(equalParts(matrix, blocks).map((part, k) => leftFactor(part, projections[k], cols)));
}

/** The Z [rows, rank] that brings Z P nearest to a matrix [rows, cols], P [rank, cols]. */
function leftFactor(matrix: Float64Array, p: Float64Array, cols: number): Float64Array {
  const [rows, rank] = [matrix.length / cols, p.length / cols];
  const { rank: terms, values, u, v } = svd(p, rank, cols);
  const inverse = u.map((value, i) => value / values[Math.floor(i / rank)]);
  const onTerms = multiply(matrix, transposed(v, terms, cols), rows, cols, terms);
  return multiply(onTerms, inverse, rows, terms, rank);
}
