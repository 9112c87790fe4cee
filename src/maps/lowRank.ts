import { rowsOfBlock } from './blocks.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A matrix of rank at most r: U V with U [out, r] and V [r, in], r (out + in) parameters (Sainath et al. 2013). Each of
 * `blocks` parts of the rows, such as an LSTM's gates, has a product of its own, U_k V_k: r (out + blocks · in) parameters.
 * Throws InputError for sizes below 1 or blocks that do not divide.
 */
export function lowRank(inSize: number, outSize: number, rank: number, blocks = 1): LinearMap {
  checkSizes('lowRank', { rank });
  const rows = rowsOfBlock('lowRank', inSize, outSize, blocks);
  return {
    kind: blocks === 1 ? `lowRank(${rank})` : `lowRank(${rank}, per gate)`,
    structure: { kind: 'lowRank', rank, blocks },
    inSize,
    outSize,
    parameters: {
      v: { shape: [blocks * rank, inSize], deviation: Math.sqrt(1 / inSize) },
      u: {
        shape: blocks === 1 ? [outSize, rank] : [blocks, rows, rank],
        deviation: Math.sqrt(1 / rank),
      },
    },
    macs: rank * (blocks * inSize + outSize),
    factors: ({ u, v }) => [v, u],
  };
}
