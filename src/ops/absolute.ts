import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';
import { sign } from './sign.ts';

/** |x|. */
export const absolute = (x: Tensor): Tensor => absoluteOp.apply([x], null)[0];

const absoluteOp = defineOp({
  name: 'absolute',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.absolute(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], inputs: [x] }) => [multiply(grad!, sign(x))],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
  kink: ([x]) => Math.min(...x.map(Math.abs)),
});
