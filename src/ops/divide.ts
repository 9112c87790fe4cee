import { defineOp } from '../autograd/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { multiply } from './multiply.ts';
import { negate } from './negate.ts';
import { applyBroadcast, broadcastOutput, type Operand } from './operands.ts';

/** a / b, element by element, with broadcasting. Throws InputError when the shapes do not broadcast. */
export const divide = (a: Operand, b: Operand): Tensor => applyBroadcast(divideOp, a, b);

const divideOp = defineOp({
  name: 'divide',
  shapes: broadcastOutput,
  forward: (context, [a, b], [y]) =>
    context.kernels.divide(context.buffer(a), context.buffer(b), context.buffer(y), y.size, a.size, b.size),
  vjp: ({ grads: [grad], inputs: [a, b], outputs: [y], needs }) => [
    needs[0] ? sumTo(divide(grad!, b), a.shape) : null,
    needs[1] ? sumTo(negate(divide(multiply(grad!, y), b)), b.shape) : null,
  ],
  samples: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      attributes: null,
      range: [0.5, 2],
    },
    { shapes: [[2, 3], [3]], attributes: null, range: [0.5, 2] },
    { shapes: [[], [2, 2]], attributes: null, range: [0.5, 2] },
  ],
  errors: [{ shapes: [[2], [3]], attributes: null, message: /do not broadcast: 2 against 3/ }],
});
