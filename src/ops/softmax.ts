import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { exp } from './exp.ts';
import { multiply } from './multiply.ts';
import { sum } from './reduce.ts';
import { subtract } from './subtract.ts';

/** eˣ / Σ eˣ along the last axis, computed so that nothing overflows. Throws InputError for a scalar or an empty axis. */
export const softmax = (x: Tensor): Tensor => softmaxOp.apply([x], null)[0];

/** x − log Σ eˣ along the last axis, computed so that nothing overflows. Throws InputError for a scalar or an empty axis. */
export const logSoftmax = (x: Tensor): Tensor => logSoftmaxOp.apply([x], null)[0];

const LAST = { axes: -1, keepDims: true };

const cases = {
  samples: [
    { shapes: [[2, 5]], attributes: null },
    { shapes: [[3]], attributes: null },
  ],
  errors: [
    { shapes: [[]], attributes: null, message: /last axis/ },
    { shapes: [[2, 0]], attributes: null, message: /last axis/ },
  ],
};

const softmaxOp = defineOp({
  name: 'softmax',
  shapes: ([x]) => [checkLastAxis('softmax', x)],
  forward: (context, [x], [y]) =>
    context.kernels.softmax(context.buffer(x), context.buffer(y), rowsOf(x), widthOf(x)),
  vjp: ({ grads: [grad], outputs: [y] }) => [multiply(y, subtract(grad!, sum(multiply(grad!, y), LAST)))],
  ...cases,
});

const logSoftmaxOp = defineOp({
  name: 'logSoftmax',
  shapes: ([x]) => [checkLastAxis('logSoftmax', x)],
  forward: (context, [x], [y]) =>
    context.kernels.logSoftmax(context.buffer(x), context.buffer(y), rowsOf(x), widthOf(x)),
  vjp: ({ grads: [grad], outputs: [y] }) => [subtract(grad!, multiply(exp(y), sum(grad!, LAST)))],
  ...cases,
});

const widthOf = ({ shape }: Tensor): number => shape[shape.length - 1];
const rowsOf = (x: Tensor): number => x.size / widthOf(x);

function checkLastAxis(op: string, x: Shape): Shape {
  if (x.length === 0 || x[x.length - 1] === 0) {
    throw new InputError(`${op}: x has shape ${show(x)}, expected a last axis of at least one element.`);
  }
  return x;
}
