import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show, stridesOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Reorders axes: axis i of the result is axis `order[i]` of `x`; reversed unless an order is given.
 * Throws InputError unless the order names every axis once.
 */
export const transpose = (
  x: Tensor,
  order: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis),
): Tensor => transposeOp.apply([x], { order })[0];

const transposeOp = defineOp<{ order: readonly number[] }>({
  name: 'transpose',
  shapes([x], { order }) {
    if (order.length !== x.length || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
      throw new InputError(`transpose: order is ${show(order)}, expected every axis of ${show(x)} once.`);
    }
    return [order.map((axis) => x[axis])];
  },
  forward(context, [x], [y], { order }) {
    const own = stridesOf(x.shape);
    context.kernels.copyStrided(
      order.length,
      context.integers(y.shape),
      context.buffer(x),
      0,
      context.integers(order.map((axis) => own[axis])),
      context.buffer(y),
      0,
      context.integers(stridesOf(y.shape)),
    );
  },
  vjp: ({ grads: [grad], attributes: { order } }) => [
    transpose(
      grad!,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  samples: [
    { shapes: [[2, 3]], attributes: { order: [1, 0] } },
    { shapes: [[2, 3, 4]], attributes: { order: [2, 0, 1] } },
  ],
  errors: [
    { shapes: [[2, 3]], attributes: { order: [0, 0] }, message: /expected every axis of \[2, 3\] once/ },
  ],
});
