import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { applyBroadcast, broadcastOutput, type Operand } from './operands.ts';

/** a · b, element by element, with broadcasting. Throws InputError when the shapes do not broadcast. */
export const multiply = (a: Operand, b: Operand): Tensor => applyBroadcast(multiplyOp, a, b);

const multiplyOp = defineOp({
  name: 'multiply',
  shapes: broadcastOutput,
  forward: (context, [a, b], [y]) =>
    context.kernels.multiply(context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
  vjp: ({ grads: [grad], inputs: [a, b], needs }) => [
    needs[0] ? sumTo(multiply(grad!, b), a.shape) : null,
    needs[1] ? sumTo(multiply(grad!, a), b.shape) : null,
  ],
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
