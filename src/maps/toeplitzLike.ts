import { fromDisplacement } from '../ops/displacement.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';
import { fastForm } from './plan.ts';

/**
 * Matrices of displacement rank at most r: ½ Σ_{i ≤ r} Z₁(g_i) Z₋₁(J h_i), `blocks` of them on top of each other, each
 * the top left part of the square of size n = max(in, out / blocks); blocks · 2nr parameters. r = 2 holds every Toeplitz
 * matrix and the inverses of those (Sindhwani, Sainath & Kumar 2015; Lu, Sindhwani & Sainath 2016).
 * Throws InputError for sizes below 1 or blocks that do not divide.
 */
export function toeplitzLike(inSize: number, outSize: number, rank: number, blocks = 1): LinearMap {
  checkSizes('toeplitzLike', { rank });
  const rows = rowsOfBlock('toeplitzLike', inSize, outSize, blocks);
  const n = Math.max(inSize, rows);
  // An entry is half a sum of r · n products of two: its variance is r n σ⁴ / 4.
  const deviation = (4 / (rank * n * inSize)) ** 0.25;
  return {
    kind: `toeplitzLike(${rank})`,
    structure: { kind: 'toeplitzLike', rank, blocks },
    inSize,
    outSize,
    parameters: {
      // For each block the g_i, then the h_i.
      generators: { shape: [blocks, 2, rank, n], deviation },
    },
    macs: inSize * outSize,
    fast: fastForm(n, 1 + blocks * (2 * rank + 1), 2 * blocks * rank, (parameters) => ({
      terms: [{ kind: 'toeplitzLike', rows, cols: inSize }],
      tensors: [parameters.generators],
    })),
    factors: ({ generators }) => [
      stackBlocks(generators, (block) => {
        const [g, h] = [0, 1].map((i) => reshape(slice(block, [i], [1]), [rank, n]));
        return slice(fromDisplacement(matmul(g, h, { transposeA: true })), [0, 0], [rows, inSize]);
      }),
    ],
  };
}
