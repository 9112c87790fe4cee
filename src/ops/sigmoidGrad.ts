import { defineOp } from '../autograd/op.ts';
import { expectShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';
import { subtract } from './subtract.ts';

/** The gradient of sigmoid from its output y: dy y (1 − y). Differentiable itself, for gradients of gradients. Throws InputError where shapes differ. */
export const sigmoidGrad = (dy: Tensor, y: Tensor): Tensor => sigmoidGradOp.apply([dy, y], null)[0];

const sigmoidGradOp = defineOp({
  name: 'sigmoidGrad',
  shapes([dy, y]) {
    expectShape('sigmoidGrad', 'y', y, dy);
    return [dy];
  },
  forward: (context, [dy, y], [dx]) =>
    context.kernels.sigmoidGrad(context.buffer(dy), context.buffer(y), context.buffer(dx), dx.size),
  vjp: ({ grads: [grad], inputs: [dy, y] }) => [
    sigmoidGrad(grad!, y),
    multiply(multiply(grad!, dy), subtract(1, multiply(y, 2))),
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
  errors: [{ shapes: [[6], [2, 3]], attributes: null, message: /y has shape \[2, 3\], expected \[6\]/ }],
});
