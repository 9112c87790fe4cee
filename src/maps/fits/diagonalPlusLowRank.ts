import { lowRankFactors } from '../../linearAlgebra/lowRankFactors.ts';
import type { Fit } from './fit.ts';
import { lowRankOffDiagonals } from './lowRankOffDiagonals.ts';

/** A local minimum. The diagonals take up whatever the product leaves there, so it is fitted to the other entries alone. */
export const fitDiagonalPlusLowRank: Fit<'diagonalPlusLowRank'> = (
  { rank, blocks },
  matrix,
  [outSize, inSize],
) => {
  const rows = outSize / blocks;
  const diagonal = Math.min(inSize, rows);
  const product = lowRankOffDiagonals(matrix, [outSize, inSize], rows, rank);
  const { left, right } = lowRankFactors(product, outSize, inSize, rank);
  const d = Float64Array.from({ length: blocks * diagonal }, (_, k) => {
    const place = (Math.floor(k / diagonal) * rows + (k % diagonal)) * inSize + (k % diagonal);
    return matrix[place] - product[place];
  });
  return { d, u: left, v: right };
};
