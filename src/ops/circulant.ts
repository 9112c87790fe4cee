import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The top left [rows, cols] part of the circulant matrix Z₁(v) = [v, Z₁v, Z₁²v, …] of v [n]: entry (i, j) is v[(i − j) mod n].
 * Throws InputError when v is not a vector or n is smaller than a side.
 */
export const circulantMatrix = (v: Tensor, rows: number, cols: number): Tensor =>
  circulantOp.apply([v], { rows, cols })[0];

/** The gradient of `circulantMatrix`: sums of w [rows, cols] along its n wrapped diagonals, [n]. Throws InputError likewise. */
export const wrappedDiagonalSums = (w: Tensor, n: number): Tensor => diagonalsOp.apply([w], { n })[0];

const circulantOp = defineOp<{ readonly rows: number; readonly cols: number }>({
  name: 'circulantMatrix',
  shapes([v], { rows, cols }) {
    if (v.length !== 1 || v[0] < Math.max(rows, cols)) {
      throw new InputError(
        `circulantMatrix: v has shape ${show(v)}, expected a vector of at least ${Math.max(rows, cols)}.`,
      );
    }
    return [[rows, cols]];
  },
  forward: (context, [v], [w], { rows, cols }) =>
    context.kernels.circulantMatrix(context.buffer(v), context.buffer(w), v.size, rows, cols),
  vjp: ({ grads: [grad], inputs: [v] }) => [wrappedDiagonalSums(grad!, v.size)],
  samples: [
    { shapes: [[4]], attributes: { rows: 4, cols: 4 } },
    { shapes: [[5]], attributes: { rows: 3, cols: 5 } },
  ],
  errors: [{ shapes: [[3]], attributes: { rows: 2, cols: 4 }, message: /a vector of at least 4/ }],
});

const diagonalsOp = defineOp<{ readonly n: number }>({
  name: 'wrappedDiagonalSums',
  shapes([w], { n }) {
    if (w.length !== 2 || n < Math.max(...w)) {
      throw new InputError(
        `wrappedDiagonalSums: w has shape ${show(w)}, expected a matrix with sides of at most ${n}.`,
      );
    }
    return [[n]];
  },
  forward: (context, [w], [v], { n }) =>
    context.kernels.circulantMatrixGrad(context.buffer(w), context.buffer(v), n, w.shape[0], w.shape[1]),
  vjp: ({ grads: [grad], inputs: [w] }) => [circulantMatrix(grad!, w.shape[0], w.shape[1])],
  samples: [{ shapes: [[3, 4]], attributes: { n: 4 } }],
  errors: [{ shapes: [[3, 4]], attributes: { n: 3 }, message: /sides of at most 3/ }],
});
