import { toeplitzMatrix } from '../ops/toeplitz.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import { checkMatrix } from './checks.ts';
import type { LinearMap } from './linearMap.ts';
import { meansOfShared } from './tying.ts';

/**
 * Toeplitz matrices, constant along diagonals, `blocks` of them on top of each other: blocks · (out / blocks + in − 1)
 * parameters. Throws InputError for sizes below 1 or blocks that do not divide.
 */
export function toeplitz(inSize: number, outSize: number, blocks = 1): LinearMap {
  const rows = rowsOfBlock('toeplitz', inSize, outSize, blocks);
  const diagonals = rows + inSize - 1;
  return {
    kind: 'toeplitz',
    inSize,
    outSize,
    parameters: { t: { shape: [blocks, diagonals], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    factors: ({ t }) => [stackBlocks(t, (block) => toeplitzMatrix(block, rows, inSize))],
    fit(matrix) {
      checkMatrix('toeplitz', matrix, [outSize, inSize]);
      const indexOf = (i: number, j: number) =>
        Math.floor(i / rows) * diagonals + (i % rows) - j + inSize - 1;
      return { t: meansOfShared(matrix, [outSize, inSize], blocks * diagonals, indexOf) };
    },
  };
}
