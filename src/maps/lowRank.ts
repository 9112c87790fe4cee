import { lowRankFactors } from '../linearAlgebra/lowRankFactors.ts';
import { checkMatrix, checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A matrix of rank at most r: U V with U [out, r] and V [r, in], r (out + in) parameters (Sainath et al. 2013).
 * Throws InputError for sizes below 1.
 */
export function lowRank(inSize: number, outSize: number, rank: number): LinearMap {
  checkSizes('lowRank', { inSize, outSize, rank });
  return {
    kind: `lowRank(${rank})`,
    inSize,
    outSize,
    parameters: {
      v: { shape: [rank, inSize], deviation: Math.sqrt(1 / inSize) },
      u: { shape: [outSize, rank], deviation: Math.sqrt(1 / rank) },
    },
    macs: rank * (inSize + outSize),
    factors: ({ u, v }) => [v, u],
    fit(matrix) {
      checkMatrix('lowRank', matrix, [outSize, inSize]);
      const { left, right } = lowRankFactors(matrix, outSize, inSize, rank);
      return { u: left, v: right };
    },
  };
}
