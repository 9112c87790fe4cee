import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { tanhGrad } from './tanhGrad.ts';

/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => tanhOp.apply([x], null)[0];

const tanhOp = defineOp({
  name: 'tanh',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.tanh(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], outputs: [y] }) => [tanhGrad(grad!, y)],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
});
