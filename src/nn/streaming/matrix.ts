import type { FloatArray } from '../../../kernels/types.ts';
import { multiply } from '../../linearAlgebra/matrix.ts';
import { factorSizes } from '../../ops/sequenceShapes.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Entries of a block-diagonal matrix, [blocks, rows, cols]: of any matrix, where there is one block. */
export interface Matrix {
  readonly blocks: number;
  readonly rows: number;
  readonly cols: number;
  readonly values: FloatArray;
}

/** The numbers of a factor of a map. */
export function matrixOf(factor: Tensor): Matrix {
  const { blocks, rows, cols } = factorSizes(factor.shape);
  return { blocks, rows, cols, values: factor.dataSync() };
}

/** The first rows of a matrix; of a block-diagonal one those of whole blocks. */
export function firstRows({ blocks, rows, cols, values }: Matrix, count: number): Matrix {
  const kept = blocks === 1 ? { blocks, rows: count } : { blocks: count / rows, rows };
  return { ...kept, cols, values: values.slice(0, count * cols) };
}

/** Whether the product of matrices, written out, has no more entries to multiply by than they have. */
export function isNoMoreWork(factors: readonly Matrix[]): boolean {
  const [first, last] = [factors[0], factors[factors.length - 1]];
  const work = factors.reduce((total, { values }) => total + values.length, 0);
  return first.blocks * first.cols * last.blocks * last.rows <= work;
}

/** The product of matrices, the first applied first, written out. */
export function multiplied(factors: readonly Matrix[]): Matrix {
  if (factors.length === 1) return factors[0];
  return factors.map(whole).reduce((product, factor) => ({
    blocks: 1,
    rows: factor.rows,
    cols: product.cols,
    values: multiply(factor.values, product.values, factor.rows, factor.cols, product.cols),
  }));
}

/** A matrix of one block, in float64. */
interface Whole extends Matrix {
  readonly values: Float64Array;
}

/** With the zeros between the blocks. */
function whole({ blocks, rows, cols, values }: Matrix): Whole {
  const width = blocks * cols;
  const entries = new Float64Array(blocks * rows * width);
  for (let i = 0; i < blocks * rows; i++) {
    entries.set(values.subarray(i * cols, (i + 1) * cols), i * width + Math.floor(i / rows) * cols);
  }
  return { blocks: 1, rows: blocks * rows, cols: width, values: entries };
}
