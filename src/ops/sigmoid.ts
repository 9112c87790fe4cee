import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sigmoidGrad } from './sigmoidGrad.ts';

/** The logistic function 1 / (1 + e⁻ˣ). */
export const sigmoid = (x: Tensor): Tensor => sigmoidOp.apply([x], null)[0];

const sigmoidOp = defineOp({
  name: 'sigmoid',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.sigmoid(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], outputs: [y] }) => [sigmoidGrad(grad!, y)],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
});
