import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** 1 where x > 0, else 0; not differentiable. */
export const step = (x: Tensor): Tensor => stepOp.apply([x], null)[0];

const stepOp = defineOp({
  name: 'step',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.step(context.buffer(x), context.buffer(y), y.size),
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
});
