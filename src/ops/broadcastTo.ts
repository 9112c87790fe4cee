import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { broadcastShapes, type Shape, sameShape, show, stridesOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './operands.ts';

/** Repeats `x` along new axes and axes of size 1 until it has `shape`. Throws InputError when it cannot. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : broadcastToOp.apply([x], { shape })[0];

const broadcastToOp = defineOp<{ shape: Shape }>({
  name: 'broadcastTo',
  shapes([x], { shape }) {
    if (!sameShape(broadcastShapes('broadcastTo', x, shape), shape)) {
      throw new InputError(`broadcastTo: ${show(x)} does not broadcast to ${show(shape)}.`);
    }
    return [shape];
  },
  forward(context, [x], [y], { shape }) {
    const own = stridesOf(x.shape);
    const extra = shape.length - x.shape.length;
    const strides = shape.map((_, axis) => (axis < extra || x.shape[axis - extra] === 1 ? 0 : own[axis - extra]));
    context.kernels.copyStrided(
      shape.length,
      context.integers(shape),
      context.buffer(x),
      0,
      context.integers(strides),
      context.buffer(y),
      0,
      context.integers(stridesOf(shape)),
    );
  },
  vjp: ({ grads: [grad], inputs: [x] }) => [sumTo(grad!, x.shape)],
  samples: [
    { shapes: [[3, 1]], attributes: { shape: [2, 3, 4] } },
    { shapes: [[]], attributes: { shape: [2, 2] } },
  ],
  errors: [
    { shapes: [[3]], attributes: { shape: [4] }, message: /do not broadcast/ },
    { shapes: [[3, 2]], attributes: { shape: [2] }, message: /does not broadcast to/ },
  ],
});
