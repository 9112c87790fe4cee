import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { divide } from './divide.ts';

/** The natural logarithm; −∞ at 0, NaN below. */
export const log = (x: Tensor): Tensor => logOp.apply([x], null)[0];

const logOp = defineOp({
  name: 'log',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.log(context.buffer(x), context.buffer(y), y.size),
  vjp: ({ grads: [grad], inputs: [x] }) => [divide(grad!, x)],
  samples: [{ shapes: [[2, 3]], attributes: null, range: [0.5, 3] }],
  errors: [],
});
