import { quickestLength } from '../../kernels/fft/layout.ts';
import { add } from '../ops/add.ts';
import { pad, slice } from '../ops/slice.ts';
import { toeplitzMatrix } from '../ops/toeplitz.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import type { LinearMap } from './linearMap.ts';
import { fastForm } from './plan.ts';

/**
 * Toeplitz matrices, constant along diagonals, `blocks` of them on top of each other: blocks · (out / blocks + in − 1)
 * parameters. Each is the top left part of a circulant matrix that has room for all diagonals. Throws InputError for sizes below 1 or blocks that do not divide.
 */
export function toeplitz(inSize: number, outSize: number, blocks = 1): LinearMap {
  const rows = rowsOfBlock('toeplitz', inSize, outSize, blocks);
  const diagonals = rows + inSize - 1;
  const n = quickestLength(diagonals);
  return {
    kind: 'toeplitz',
    structure: { kind: 'toeplitz', blocks },
    inSize,
    outSize,
    parameters: { t: { shape: [blocks, diagonals], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    fast: fastForm(n, 1 + blocks, blocks, ({ t }) => ({
      terms: [{ kind: 'circulant', skew: false, rows, cols: inSize }],
      tensors: [firstColumns(t, inSize, n)],
    })),
    factors: ({ t }) => [stackBlocks(t, (block) => toeplitzMatrix(block, rows, inSize))],
  };
}

/**
 * First columns [blocks, n] of the circulant matrices with these diagonals [blocks, rows + cols − 1], the top right one first:
 * those of the first column, zeros, and those above, which come from the bottom.
 */
function firstColumns(t: Tensor, cols: number, n: number): Tensor {
  const [blocks, diagonals] = t.shape;
  const below = pad(slice(t, [0, cols - 1], [blocks, diagonals - cols + 1]), [0, 0], [blocks, n]);
  if (cols === 1) return below;
  return add(below, pad(slice(t, [0, 0], [blocks, cols - 1]), [0, n - cols + 1], [blocks, n]));
}
