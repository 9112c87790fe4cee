import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { multiply } from './multiply.ts';
import { applyBroadcast, broadcastOutput, type Operand, smallestGap } from './operands.ts';
import { step } from './step.ts';
import { subtract } from './subtract.ts';
/** The smaller of a and b with broadcasting. Throws InputError when the shapes do not broadcast. */
export const minimum = (a: Operand, b: Operand): Tensor => applyBroadcast(minimumOp, a, b);

const minimumOp = defineOp({
  name: 'minimum',
  shapes: broadcastOutput,
  forward: (context, [a, b], [y]) =>
    context.kernels.minimum(context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
  // At a tie, where there is no derivative, the gradient goes to b.
  vjp({ grads: [grad], inputs: [a, b] }) {
    const first = step(subtract(b, a));
    return [sumTo(multiply(grad!, first), a.shape), sumTo(multiply(grad!, subtract(1, first)), b.shape)];
  },
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
  kink: ([a, b]) => smallestGap(a, b),
});
