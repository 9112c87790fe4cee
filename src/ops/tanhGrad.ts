import { defineOp } from '../autograd/op.ts';
import { expectShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';

/** The gradient of tanh from its output y: dy (1 − y²). Differentiable itself, for gradients of gradients. Throws InputError where shapes differ. */
export const tanhGrad = (dy: Tensor, y: Tensor): Tensor => tanhGradOp.apply([dy, y], null)[0];

const tanhGradOp = defineOp({
  name: 'tanhGrad',
  shapes([dy, y]) {
    expectShape('tanhGrad', 'y', y, dy);
    return [dy];
  },
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
  errors: [{ shapes: [[6], [2, 3]], attributes: null, message: /y has shape \[2, 3\], expected \[6\]/ }],
});
