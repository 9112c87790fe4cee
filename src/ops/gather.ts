import { defineOp } from '../autograd/op.ts';
import { InputError, shown } from '../errors.ts';
import { expectShape, type Shape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Rows of `table` [N, …] by number: [indices.length, …], as in an embedding.
 * Throws InputError for an index that is not an integer from 0 to N − 1.
 */
export const gather = (table: Tensor, indices: ArrayLike<number>): Tensor =>
  gatherOp.apply([table], { indices: checkIndices('gather', indices, table.shape[0]) })[0];

/** The gradient of `gather`: zeros of `shape` to whose rows those of `rows` are added. Throws InputError as `gather` does. */
export const scatterAdd = (rows: Tensor, indices: ArrayLike<number>, shape: Shape): Tensor =>
  scatterAddOp.apply([rows], { indices: checkIndices('scatterAdd', indices, shape[0]), shape })[0];

const gatherOp = defineOp<{ readonly indices: Int32Array }>({
  name: 'gather',
  shapes([table], { indices }) {
    if (table.length === 0) throw new InputError('gather: table is a scalar, expected rows.');
    return [[indices.length, ...table.slice(1)]];
  },
  forward: (context, [table], [y], { indices }) =>
    context.kernels.gatherRows(
      context.buffer(table),
      context.integers(indices),
      context.buffer(y),
      indices.length,
      sizeOf(table.shape.slice(1)),
    ),
  vjp: ({ grads: [grad], inputs: [table], attributes: { indices } }) => [
    scatterAdd(grad!, indices, table.shape),
  ],
  samples: [{ shapes: [[3, 2]], attributes: { indices: Int32Array.of(2, 0, 2, 1) } }],
  errors: [{ shapes: [[]], attributes: { indices: Int32Array.of(0) }, message: /table is a scalar/ }],
});

const scatterAddOp = defineOp<{ readonly indices: Int32Array; readonly shape: Shape }>({
  name: 'scatterAdd',
  shapes([rows], { indices, shape }) {
    expectShape('scatterAdd', 'rows', rows, [indices.length, ...shape.slice(1)]);
    return [shape];
  },
  forward(context, [rows], [y], { indices, shape }) {
    context.kernels.fill(context.buffer(y), y.size, 0);
    context.kernels.scatterAddRows(
      context.buffer(rows),
      context.integers(indices),
      context.buffer(y),
      indices.length,
      sizeOf(shape.slice(1)),
    );
  },
  vjp: ({ grads: [grad], attributes: { indices } }) => [gather(grad!, indices)],
  samples: [{ shapes: [[4, 2]], attributes: { indices: Int32Array.of(2, 0, 2, 1), shape: [3, 2] } }],
  errors: [
    {
      shapes: [[3, 2]],
      attributes: { indices: Int32Array.of(0), shape: [3, 2] },
      message: /expected \[1, 2\]/,
    },
  ],
});

/** `indices` as int32. Throws InputError naming `op` for one that is not an integer from 0 to bound − 1. */
export function checkIndices(op: string, indices: ArrayLike<number>, bound: number): Int32Array {
  if (typeof indices?.length !== 'number') {
    throw new InputError(`${op}: indices are ${shown(indices)}, expected an array of integers.`);
  }
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= bound) {
      throw new InputError(
        `${op}: index ${i} is ${shown(index)}, expected an integer from 0 to ${bound - 1}.`,
      );
    }
  }
  return Int32Array.from(indices);
}
