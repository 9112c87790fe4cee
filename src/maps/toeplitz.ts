import { toeplitzMatrix } from '../ops/toeplitz.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * Toeplitz matrices, constant along diagonals, `blocks` of them on top of each other: blocks · (out / blocks + in − 1)
 * parameters. Throws InputError for sizes below 1 or blocks that do not divide.
 */
export function toeplitz(inSize: number, outSize: number, blocks = 1): LinearMap {
  const rows = rowsOfBlock('toeplitz', inSize, outSize, blocks);
  return {
    kind: 'toeplitz',
    inSize,
    outSize,
    parameters: { t: { shape: [blocks, rows + inSize - 1], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    factors: ({ t }) => [stackBlocks(t, (block) => toeplitzMatrix(block, rows, inSize))],
  };
}
