import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { expectShape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkIndices } from './gather.ts';

/**
 * One entry of every row of `x` [rows, cols]: `y[r] = x[r, columns[r]]`, as a cross-entropy picks the right class.
 * Throws InputError for a wrong number of columns, or one that is not an integer from 0 to cols − 1.
 */
export const takeColumns = (x: Tensor, columns: ArrayLike<number>): Tensor =>
  takeColumnsOp.apply([x], { columns: checkIndices('takeColumns', columns, x.shape[1]) })[0];

/** The gradient of `takeColumns`: zeros [rows, width] with y[r] at columns[r]. Throws InputError as `takeColumns` does. */
export const putColumns = (y: Tensor, columns: ArrayLike<number>, width: number): Tensor =>
  putColumnsOp.apply([y], { columns: checkIndices('putColumns', columns, width), width })[0];

const takeColumnsOp = defineOp<{ readonly columns: Int32Array }>({
  name: 'takeColumns',
  shapes([x], { columns }) {
    if (x.length !== 2 || x[0] !== columns.length) {
      throw new InputError(
        `takeColumns: x has shape ${show(x)}, expected a matrix of ${columns.length} rows.`,
      );
    }
    return [[x[0]]];
  },
  forward: (context, [x], [y], { columns }) =>
    context.kernels.takeColumns(
      context.buffer(x),
      context.integers(columns),
      context.buffer(y),
      x.shape[0],
      x.shape[1],
    ),
  vjp: ({ grads: [grad], inputs: [x], attributes: { columns } }) => [putColumns(grad!, columns, x.shape[1])],
  samples: [{ shapes: [[3, 4]], attributes: { columns: Int32Array.of(1, 0, 3) } }],
  errors: [
    { shapes: [[2, 4]], attributes: { columns: Int32Array.of(1, 0, 3) }, message: /a matrix of 3 rows/ },
  ],
});

const putColumnsOp = defineOp<{ readonly columns: Int32Array; readonly width: number }>({
  name: 'putColumns',
  shapes([y], { columns, width }) {
    expectShape('putColumns', 'y', y, [columns.length]);
    return [[columns.length, width]];
  },
  forward(context, [y], [x], { columns, width }) {
    context.kernels.fill(context.buffer(x), x.size, 0);
    context.kernels.putColumns(
      context.buffer(y),
      context.integers(columns),
      context.buffer(x),
      columns.length,
      width,
    );
  },
  vjp: ({ grads: [grad], attributes: { columns } }) => [takeColumns(grad!, columns)],
  samples: [{ shapes: [[3]], attributes: { columns: Int32Array.of(1, 0, 3), width: 4 } }],
  errors: [{ shapes: [[2]], attributes: { columns: Int32Array.of(1), width: 4 }, message: /expected \[1\]/ }],
});
