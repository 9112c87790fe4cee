import { concat } from '../ops/concat.ts';
import { multiply } from '../ops/multiply.ts';
import { slice } from '../ops/slice.ts';
import { toeplitzMatrix } from '../ops/toeplitz.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import type { LinearMap } from './linearMap.ts';
import { fastForm } from './plan.ts';

/**
 * Circulant matrices Z₁(v) = [v, Z₁v, Z₁²v, …]: entry (i, j) is v[(i − j) mod n]. `blocks` of them stand on top of each
 * other, as many as an LSTM has gates; each is the top left part of the square of size n = max(in, out / blocks), so
 * there are blocks · n parameters (Cheng et al. 2015). Throws InputError for sizes below 1 or blocks that do not divide.
 */
export const circulant = (inSize: number, outSize: number, blocks = 1): LinearMap =>
  shiftInvariant('circulant', 1, inSize, outSize, blocks);

/** Skew-circulant matrices Z₋₁(v): as `circulant`, with entries above the diagonal negated. Throws InputError likewise. */
export const skewCirculant = (inSize: number, outSize: number, blocks = 1): LinearMap =>
  shiftInvariant('skewCirculant', -1, inSize, outSize, blocks);

function shiftInvariant(kind: string, f: 1 | -1, inSize: number, outSize: number, blocks: number): LinearMap {
  const rows = rowsOfBlock(kind, inSize, outSize, blocks);
  const n = Math.max(inSize, rows);
  return {
    kind,
    structure: { kind: 'circulant', skew: f === -1, blocks },
    inSize,
    outSize,
    parameters: { v: { shape: [blocks, n], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    fast: fastForm(n, 1 + blocks, blocks, ({ v }) => ({
      terms: [{ kind: 'circulant', skew: f === -1, rows, cols: inSize }],
      tensors: [v],
    })),
    factors: ({ v }) => [
      stackBlocks(v, (block) => toeplitzMatrix(diagonals(block, f, rows, inSize), rows, inSize)),
    ],
  };
}

/** The diagonals of the top left [rows, cols] part of Z_f(v), the top right one first. */
function diagonals(v: Tensor, f: 1 | -1, rows: number, cols: number): Tensor {
  const below = slice(v, [0], [rows]);
  if (cols === 1) return below;
  const above = slice(v, [v.size - cols + 1], [cols - 1]);
  return concat([f === 1 ? above : multiply(above, f), below]);
}
