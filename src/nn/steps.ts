import { applyFactor } from '../maps/factors.ts';
import { add } from '../ops/add.ts';
import { multiply } from '../ops/multiply.ts';
import { reshape } from '../ops/reshape.ts';
import type { MapProduct } from '../ops/sequenceProduct.ts';
import { slice } from '../ops/slice.ts';
import { structuredProduct } from '../ops/structuredProduct.ts';
import { subtract } from '../ops/subtract.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/* What the cells' definitions in primitive ops share. */

/** One step of a sequence [T, B, ·], as [B, ·]. */
export const stepOf = (sequence: Tensor, step: number): Tensor =>
  reshape(slice(sequence, [step], [1]), sequence.shape.slice(1));

/** x Mᵀ for a matrix given as the list of its factors, or as a product with `outSize` rows. */
export const product = (x: Tensor, matrix: MapProduct | readonly Tensor[], outSize: number): Tensor =>
  !Array.isArray(matrix) && 'terms' in matrix
    ? structuredProduct(x, matrix, outSize)
    : matrix.reduce(applyFactor, x);

/** `next` [B, ·] where a sequence goes on at `step`, `previous` where it has ended. */
export function hold(next: Tensor, previous: Tensor, step: number, lengths?: ArrayLike<number>): Tensor {
  if (lengths === undefined) return next;
  const goesOn = Array.from(lengths, (length) => (step < length ? 1 : 0));
  const mask = tensor(goesOn, [goesOn.length, 1], { dtype: next.dtype, backend: next.backend });
  return add(multiply(next, mask), multiply(previous, subtract(1, mask)));
}
