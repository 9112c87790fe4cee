import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { applyBroadcast, broadcastOutput, type Operand } from './operands.ts';

/** a + b with broadcasting. Throws InputError when the shapes do not broadcast. */
export const add = (a: Operand, b: Operand): Tensor => applyBroadcast(addOp, a, b);

const addOp = defineOp({
  name: 'add',
  shapes: broadcastOutput,
  forward: (context, [a, b], [y]) =>
    context.kernels.add(context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
  vjp: ({ grads: [grad], inputs: [a, b] }) => [sumTo(grad!, a.shape), sumTo(grad!, b.shape)],
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
