import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** −x. */
export const negate = (x: Tensor): Tensor => negateOp.apply([x], null)[0];

const negateOp = defineOp({
  name: 'negate',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.negate(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad] }) => [negate(grad!)],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
});
