import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';

/** √x; NaN for x < 0. */
export const sqrt = (x: Tensor): Tensor => sqrtOp.apply([x], null)[0];

const sqrtOp = defineOp({
  name: 'sqrt',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.squareRoot(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], outputs: [y] }) => [divide(grad!, multiply(y, 2))],
  samples: [{ shapes: [[2, 3]], attributes: null, range: [0.5, 3] }],
  errors: [],
});
