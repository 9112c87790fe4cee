import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** −1, 0 or 1 by the sign of x; its derivative is 0 off the jump. */
export const sign = (x: Tensor): Tensor => signOp.apply([x], null)[0];

const signOp = defineOp({
  name: 'sign',
  shapes: ([x]) => [x],
  forward: (context, [x], [y]) => context.kernels.sign(context.buffer(x), context.buffer(y), y.size),
  vjp: () => [null],
  samples: [{ shapes: [[2, 3]], attributes: null }],
  errors: [],
  kink: ([x]) => Math.min(...x.map(Math.abs)),
});
