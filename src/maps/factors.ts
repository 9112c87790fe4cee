import { concat } from '../ops/concat.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { factorSizes } from '../ops/sequenceShapes.ts';
import { pad, slice } from '../ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { stackBlocks } from './blocks.ts';

/* Factors of a map's matrix: [out, in], or block-diagonal [blocks, out / blocks, in / blocks]. */

/** x Fᵀ for x [..., in]. Throws InputError when the last axis of `x` is not `in`. */
export const applyFactor = (x: Tensor, factor: Tensor): Tensor =>
  byBlocks(x, factor, (part, block) => matmul(part, block, { transposeB: true }));

/** y F for y [..., out]. Throws InputError when the last axis of `y` is not `out`. */
export const applyFactorTranspose = (y: Tensor, factor: Tensor): Tensor =>
  byBlocks(y, factor, (part, block) => matmul(part, block));

/** The whole matrix of a factor, [out, in]. */
export function wholeFactor(factor: Tensor): Tensor {
  if (factor.shape.length === 2) return factor;
  const { inSize, rows, cols } = factorSizes(factor.shape);
  return stackBlocks(factor, (block, i) => pad(block, [0, i * cols], [rows, inSize]));
}

/**
 * Factors of `count` rows of a product from row `from` on, the first applied first. Where these are whole blocks of the last
 * factor, the factors before it are cut down to what these read.
 */
export function rowsOfProduct(factors: readonly Tensor[], from: number, count: number): readonly Tensor[] {
  const [before, last] = [factors.slice(0, -1), factors[factors.length - 1]];
  const { rows, cols } = factorSizes(last.shape);
  const [first, blocks] = [from / rows, count / rows];
  const areBlocks = last.shape.length === 3 && Number.isInteger(first) && Number.isInteger(blocks);
  if (!areBlocks || before.length === 0) return [...before, slice(wholeFactor(last), [from], [count])];
  return [...rowsOfProduct(before, first * cols, blocks * cols), slice(last, [first], [blocks])];
}

function byBlocks(x: Tensor, factor: Tensor, multiply: (part: Tensor, block: Tensor) => Tensor): Tensor {
  if (factor.shape.length === 2) return multiply(x, factor);
  const { blocks, rows, cols } = factorSizes(factor.shape);
  const leading = x.shape.slice(0, -1);
  const width = x.shape[leading.length] / blocks;
  const parts = Array.from({ length: blocks }, (_, b) => {
    const part = slice(x, [...leading.map(() => 0), b * width], [...leading, width]);
    return multiply(part, reshape(slice(factor, [b], [1]), [rows, cols]));
  });
  return concat(parts, leading.length);
}
