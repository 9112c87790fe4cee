import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The Toeplitz matrix [rows, cols] whose entry (i, j) is t[(i − j) + cols − 1]: t [rows + cols − 1] holds its diagonals,
 * the top right one first. Throws InputError when t has another length.
 */
export const toeplitzMatrix = (t: Tensor, rows: number, cols: number): Tensor =>
  toeplitzOp.apply([t], { rows, cols })[0];

/** The gradient of `toeplitzMatrix`: sums of w [rows, cols] along its diagonals, [rows + cols − 1]. Throws InputError for no matrix. */
export const diagonalSums = (w: Tensor): Tensor => diagonalsOp.apply([w], null)[0];

const toeplitzOp = defineOp<{ readonly rows: number; readonly cols: number }>({
  name: 'toeplitzMatrix',
  shapes([t], { rows, cols }) {
    if (t.length !== 1 || t[0] !== rows + cols - 1) {
      throw new InputError(
        `toeplitzMatrix: t has shape ${show(t)}, expected [${rows + cols - 1}] for ${rows} rows and ${cols} columns.`,
      );
    }
    return [[rows, cols]];
  },
  forward: (context, [t], [w], { rows, cols }) =>
    context.kernels.toeplitzMatrix(context.buffer(t), context.buffer(w), rows, cols),
  vjp: ({ grads: [grad] }) => [diagonalSums(grad!)],
  samples: [
    { shapes: [[7]], attributes: { rows: 4, cols: 4 } },
    { shapes: [[7]], attributes: { rows: 3, cols: 5 } },
    { shapes: [[6]], attributes: { rows: 6, cols: 1 } },
  ],
  errors: [{ shapes: [[4]], attributes: { rows: 2, cols: 4 }, message: /expected \[5\]/ }],
});

const diagonalsOp = defineOp({
  name: 'diagonalSums',
  shapes([w]) {
    if (w.length !== 2 || w[0] * w[1] === 0) {
      throw new InputError(
        `diagonalSums: w has shape ${show(w)}, expected a matrix with at least one entry.`,
      );
    }
    return [[w[0] + w[1] - 1]];
  },
  forward: (context, [w], [t]) =>
    context.kernels.diagonalSums(context.buffer(w), context.buffer(t), w.shape[0], w.shape[1]),
  vjp: ({ grads: [grad], inputs: [w] }) => [toeplitzMatrix(grad!, w.shape[0], w.shape[1])],
  samples: [{ shapes: [[3, 4]], attributes: null }],
  errors: [{ shapes: [[3]], attributes: null, message: /expected a matrix/ }],
});
