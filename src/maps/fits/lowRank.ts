import { lowRankFactors } from '../../linearAlgebra/lowRankFactors.ts';
import { equalParts, joined } from '../../linearAlgebra/parts.ts';
import type { Fit } from './fit.ts';

/** The truncated singular value decomposition of each block. */
export const fitLowRank: Fit<'lowRank'> = ({ rank, blocks }, matrix, [outSize, inSize]) => {
  const factors = equalParts(matrix, blocks).map((block) =>
    lowRankFactors(block, outSize / blocks, inSize, rank),
  );
  return { u: joined(factors.map(({ left }) => left)), v: joined(factors.map(({ right }) => right)) };
};
