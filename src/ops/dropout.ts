import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Sets each element to 0 with probability `rate` and scales the others by 1 / (1 − rate) (Srivastava et al. 2014).
 * Which ones depends on `seed` (an unsigned 32-bit integer) alone, the same on every backend.
 * Throws InputError unless 0 ≤ rate < 1 and the seed is such an integer.
 */
export const dropout = (x: Tensor, rate: number, seed: number): Tensor =>
  dropoutOp.apply([x], { rate, seed })[0];

const dropoutOp = defineOp<{ readonly rate: number; readonly seed: number }>({
  name: 'dropout',
  shapes([x], { rate, seed }) {
    if (!(rate >= 0 && rate < 1)) throw new InputError(`dropout: rate is ${rate}, expected 0 ≤ rate < 1.`);
    if (seed !== seed >>> 0) {
      throw new InputError(`dropout: seed is ${seed}, expected an unsigned 32-bit integer.`);
    }
    return [x];
  },
  forward: (context, [x], [y], { rate, seed }) =>
    context.kernels.dropout(context.buffer(x), context.buffer(y), y.size, rate, seed),
  // The same elements are kept again: the map is linear and its own transpose.
  vjp: ({ grads: [grad], attributes: { rate, seed } }) => [dropout(grad!, rate, seed)],
  samples: [{ shapes: [[4, 5]], attributes: { rate: 0.4, seed: 7 } }],
  errors: [
    { shapes: [[2]], attributes: { rate: 1, seed: 0 }, message: /rate is 1/ },
    { shapes: [[2]], attributes: { rate: 0.5, seed: 1.5 }, message: /seed is 1.5/ },
    { shapes: [[2]], attributes: { rate: 0.5, seed: Number.NaN }, message: /seed is NaN/ },
  ],
});
