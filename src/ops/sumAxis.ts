import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { resolveAxis, show, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { broadcastTo } from './broadcastTo.ts';
import { reshape } from './reshape.ts';

/** The sum over one axis, which is dropped. Throws InputError for an axis that is not there or is empty. */
export const sumAxis = (x: Tensor, axis: number): Tensor =>
  sumAxisOp.apply([x], { axis: resolveAxis('sumAxis', axis, x.shape.length) })[0];

const sumAxisOp = defineOp<{ axis: number }>({
  name: 'sumAxis',
  shapes([x], { axis }) {
    if (x[axis] === 0) throw new InputError(`sumAxis: axis ${axis} of ${show(x)} is empty, expected a size of at least 1.`);
    return [x.filter((_, other) => other !== axis)];
  },
  forward(context, [x], [y], { axis }) {
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    context.kernels.sumAxis(context.buffer(x), context.buffer(y), outer, x.shape[axis], inner);
  },
  vjp: ({ grads: [grad], inputs: [x], attributes: { axis } }) => [
    broadcastTo(reshape(grad!, x.shape.map((size, other) => (other === axis ? 1 : size))), x.shape),
  ],
  samples: [
    { shapes: [[2, 3, 4]], attributes: { axis: 1 } },
    { shapes: [[5]], attributes: { axis: 0 } },
  ],
  errors: [{ shapes: [[2, 0]], attributes: { axis: 1 }, message: /axis 1 of \[2, 0\] is empty/ }],
});
