import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** 1 where x > 0, else 0; its derivative is 0 off the jump. */
export const step = (x: Tensor): Tensor => stepOp.apply([x], null)[0];

const stepOp = defineOp({
  name: 'step',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.step(context.buffer(x), context.buffer(y), y.size),
  vjp: () => [null],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
  kink: ([x]) => Math.min(...x.map(Math.abs)),
});
