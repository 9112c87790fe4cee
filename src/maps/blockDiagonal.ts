import { InputError } from '../errors.ts';
import { rowsOfBlock } from './blocks.ts';
import { checkMatrix } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

export interface BlockDiagonal extends LinearMap {
  readonly blocks: number;
}

/**
 * Each of `blocks` parts of the output, such as an LSTM's gates, reads its own part of the input: diag(W_1, …, W_blocks),
 * out · in / blocks parameters. Throws InputError for sizes below 1, or when `blocks` does not divide both sides.
 */
export function blockDiagonal(inSize: number, outSize: number, blocks: number): BlockDiagonal {
  const rows = rowsOfBlock('blockDiagonal', inSize, outSize, blocks);
  if (inSize % blocks !== 0) {
    throw new InputError(`blockDiagonal: blocks is ${blocks}, expected a divisor of inSize, ${inSize}.`);
  }
  const cols = inSize / blocks;
  return {
    kind: 'blockDiagonal',
    inSize,
    outSize,
    parameters: { weight: { shape: [blocks, rows, cols], deviation: Math.sqrt(1 / cols) } },
    blocks,
    macs: outSize * cols,
    factors: ({ weight }) => [weight],
    fit(matrix) {
      checkMatrix('blockDiagonal', matrix, [outSize, inSize]);
      const weight = new Float64Array(outSize * cols);
      for (let i = 0; i < outSize; i++) {
        const from = i * inSize + Math.floor(i / rows) * cols;
        weight.set(matrix.subarray(from, from + cols), i * cols);
      }
      return { weight };
    },
  };
}

/** Whether each part of a map's output reads a part of the input of its own. */
export const isBlockDiagonal = (map: LinearMap): map is BlockDiagonal => map.kind === 'blockDiagonal';
