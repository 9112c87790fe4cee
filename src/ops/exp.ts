import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';

/** eˣ. */
export const exp = (x: Tensor): Tensor => expOp.apply([x], null)[0];

const expOp = defineOp({
  name: 'exp',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.exp(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], outputs: [y] }) => [multiply(grad!, y)],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
});
