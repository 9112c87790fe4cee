import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import {
  broadcastShapes,
  resolveAxis,
  type Shape,
  sameShape,
  show,
  sizeOf,
  stridesOf,
} from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { reshape } from './reshape.ts';

/* Repeating along an axis and summing over it: each is the other's gradient, so they stand together. */

/** Repeats `x` along new axes and axes of size 1 until it has `shape`. Throws InputError when it cannot. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : broadcastToOp.apply([x], { shape })[0];

/** The sum over one axis, which is dropped. Throws InputError for an axis that is not there or is empty. */
export const sumAxis = (x: Tensor, axis: number): Tensor =>
  sumAxisOp.apply([x], { axis: resolveAxis('sumAxis', axis, x.shape.length) })[0];

/** The gradient of a broadcast: sums over the axes along which `shape` was repeated. */
export function sumTo(grad: Tensor, shape: Shape): Tensor {
  if (sameShape(grad.shape, shape)) return grad;
  const extra = grad.shape.length - shape.length;
  let result = grad;
  // From the back, so that the axes still to come keep their numbers.
  for (let axis = grad.shape.length - 1; axis >= 0; axis--) {
    if (axis < extra || (shape[axis - extra] === 1 && grad.shape[axis] !== 1)) result = sumAxis(result, axis);
  }
  return reshape(result, shape);
}

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
    const strides = shape.map((_, axis) =>
      axis < extra || x.shape[axis - extra] === 1 ? 0 : own[axis - extra],
    );
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

const sumAxisOp = defineOp<{ axis: number }>({
  name: 'sumAxis',
  shapes([x], { axis }) {
    if (x[axis] === 0)
      throw new InputError(`sumAxis: axis ${axis} of ${show(x)} is empty, expected a size of at least 1.`);
    return [x.filter((_, other) => other !== axis)];
  },
  forward(context, [x], [y], { axis }) {
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    context.kernels.sumAxis(context.buffer(x), context.buffer(y), outer, x.shape[axis], inner);
  },
  vjp: ({ grads: [grad], inputs: [x], attributes: { axis } }) => [
    broadcastTo(
      reshape(
        grad!,
        x.shape.map((size, other) => (other === axis ? 1 : size)),
      ),
      x.shape,
    ),
  ],
  samples: [
    { shapes: [[2, 3, 4]], attributes: { axis: 1 } },
    { shapes: [[5]], attributes: { axis: 0 } },
  ],
  errors: [{ shapes: [[2, 0]], attributes: { axis: 1 }, message: /axis 1 of \[2, 0\] is empty/ }],
});
