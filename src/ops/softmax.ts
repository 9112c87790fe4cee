import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { multiply } from './multiply.ts';
import { sum } from './reduce.ts';
import { subtract } from './subtract.ts';

/** eˣ / Σ eˣ along the last axis, computed so that nothing overflows. Throws InputError for a scalar or an empty axis. */
export const softmax = (x: Tensor): Tensor => softmaxOp.apply([x], null)[0];

const softmaxOp = defineOp({
  name: 'softmax',
  shapes: ([x]) => [checkLastAxis(x)],
  forward(context, [x], [y]) {
    const columns = x.shape[x.shape.length - 1];
    context.kernels.softmax(context.buffer(x), context.buffer(y), x.size / columns, columns);
  },
  vjp: ({ grads: [grad], outputs: [y] }) => [
    multiply(y, subtract(grad!, sum(multiply(grad!, y), { axes: -1, keepDims: true }))),
  ],
  samples: [
    { shapes: [[2, 5]], attributes: null },
    { shapes: [[3]], attributes: null },
  ],
  errors: [
    { shapes: [[]], attributes: null, message: /last axis/ },
    { shapes: [[2, 0]], attributes: null, message: /last axis/ },
  ],
});

function checkLastAxis(x: Shape): Shape {
  if (x.length === 0 || x[x.length - 1] === 0) {
    throw new InputError(`softmax: x has shape ${show(x)}, expected a last axis of at least one element.`);
  }
  return x;
}
