import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { negate } from './negate.ts';
import { applyBroadcast, broadcastOutput, type Operand } from './operands.ts';

/** a − b with broadcasting. Throws InputError when the shapes do not broadcast. */
export const subtract = (a: Operand, b: Operand): Tensor => applyBroadcast(subtractOp, a, b);

const subtractOp = defineOp({
  name: 'subtract',
  shapes: broadcastOutput,
  forward: (context, [a, b], [y]) =>
    context.kernels.subtract(context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
  vjp: ({ grads: [grad], inputs: [a, b] }) => [sumTo(grad!, a.shape), sumTo(negate(grad!), b.shape)],
  samples: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      attributes: null,
    },
    { shapes: [[2, 3], [3]], attributes: null },
    { shapes: [[], [2, 2]], attributes: null },
  ],
  errors: [{ shapes: [[2], [3]], attributes: null, message: /do not broadcast: 2 against 3/ }],
});
