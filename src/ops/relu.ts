import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';
import { step } from './step.ts';

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => reluOp.apply([x], null)[0];

const reluOp = defineOp({
  name: 'relu',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.relu(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], inputs: [x] }) => [multiply(grad!, step(x))],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
  kink: ([x]) => Math.min(...x.map(Math.abs)),
});
