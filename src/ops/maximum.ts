import type { FloatArray } from '../../kernels/types.ts';
import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { multiply } from './multiply.ts';
import { applyBroadcast, broadcastOutput, type Operand } from './operands.ts';
import { step } from './step.ts';
import { subtract } from './subtract.ts';

/** The larger of a and b with broadcasting; at a tie the gradient goes to b. Throws InputError when the shapes do not broadcast. */
export const maximum = (a: Operand, b: Operand): Tensor => applyBroadcast(maximumOp, a, b);

/** The smaller of a and b with broadcasting; at a tie the gradient goes to b. Throws InputError when the shapes do not broadcast. */
export const minimum = (a: Operand, b: Operand): Tensor => applyBroadcast(minimumOp, a, b);

const maximumOp = defineExtremum('maximum', (a, b) => step(subtract(a, b)));
const minimumOp = defineExtremum('minimum', (a, b) => step(subtract(b, a)));

/** `isFirst` is 1 where the result is `a`. */
function defineExtremum(name: 'maximum' | 'minimum', isFirst: (a: Tensor, b: Tensor) => Tensor) {
  return defineOp({
    name,
    shapes: broadcastOutput,
    forward: (context, [a, b], [y]) =>
      context.kernels[name](context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
    vjp({ grads: [grad], inputs: [a, b] }) {
      const first = isFirst(a, b);
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
}

function smallestGap(a: FloatArray, b: FloatArray): number {
  let gap = Infinity;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    gap = Math.min(gap, Math.abs(a[i % a.length] - b[i % b.length]));
  }
  return gap;
}
