import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';

/** The gradient of tanh from its output y: dy (1 − y²). Differentiable itself, for gradients of gradients. */
export const tanhGrad = (dy: Tensor, y: Tensor): Tensor => tanhGradOp.apply([dy, y], null)[0];

const tanhGradOp = defineOp({
  name: 'tanhGrad',
  shapes: ([dy]) => [dy],
  forward: (context, [dy, y], [dx]) =>
    context.kernels.tanhGrad(context.buffer(dy), context.buffer(y), context.buffer(dx), dx.size),
  vjp: ({ grads: [grad], inputs: [dy, y] }) => [
    tanhGrad(grad!, y),
    multiply(multiply(grad!, multiply(dy, y)), -2),
  ],
  samples: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      attributes: null,
      range: [-0.9, 0.9],
    },
  ],
  errors: [],
});
