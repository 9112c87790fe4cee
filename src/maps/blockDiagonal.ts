import { InputError } from '../errors.ts';
import { rowsOfBlock } from './blocks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * Each of `blocks` parts of the output, such as an LSTM's gates, reads its own part of the input: diag(W_1, …, W_blocks),
 * out · in / blocks parameters. Throws InputError for sizes below 1, or when `blocks` does not divide both sides.
 */
export function blockDiagonal(inSize: number, outSize: number, blocks: number): LinearMap {
  const rows = rowsOfBlock('blockDiagonal', inSize, outSize, blocks);
  if (inSize % blocks !== 0) {
    throw new InputError(`blockDiagonal: blocks is ${blocks}, expected a divisor of inSize, ${inSize}.`);
  }
  const cols = inSize / blocks;
  return {
    kind: 'blockDiagonal',
    structure: { kind: 'blockDiagonal', blocks },
    inSize,
    outSize,
    parameters: { weight: { shape: [blocks, rows, cols], deviation: Math.sqrt(1 / cols) } },
    macs: outSize * cols,
    factors: ({ weight }) => [weight],
  };
}
