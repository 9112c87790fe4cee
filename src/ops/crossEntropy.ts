import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkIndices } from './gather.ts';
import { multiply } from './multiply.ts';
import { sum } from './reduce.ts';
import { softmax } from './softmax.ts';
import { subtract } from './subtract.ts';
import { takeColumns } from './takeColumns.ts';

/**
 * Mean cross-entropy, in nats, of the right class of every row of `logits` [R, C], computed so that nothing overflows.
 * Throws InputError for no rows, a wrong number of classes, or one that is not an integer from 0 to C − 1.
 */
export const crossEntropyOfRows = (logits: Tensor, classes: ArrayLike<number>): Tensor =>
  crossEntropyOp.apply([logits], { classes: checkIndices('crossEntropy', classes, logits.shape[1]) })[0];

interface Attributes {
  readonly classes: Int32Array;
}

const three = { classes: Int32Array.of(1, 0, 3) };

const crossEntropyOp = defineOp<Attributes>({
  name: 'crossEntropy',
  shapes([logits], { classes }) {
    checkRows('crossEntropy', logits, classes);
    return [[]];
  },
  forward(context, [logits], [loss], { classes }) {
    const [rows, cols] = logits.shape;
    const buffers = [context.buffer(logits), context.integers(classes), context.buffer(loss)] as const;
    context.kernels.crossEntropy(...buffers, rows, cols);
  },
  vjp: ({ grads: [grad], inputs: [logits], attributes }) =>
    crossEntropyGradOp.apply([logits, grad!], attributes),
  samples: [{ shapes: [[3, 4]], attributes: three }],
  errors: [
    { shapes: [[2, 4]], attributes: three, message: /expected a matrix of 3 rows/ },
    { shapes: [[0, 4]], attributes: { classes: new Int32Array(0) }, message: /at least one row/ },
  ],
});

/** g / R · (softmax(x) − the right classes) for x [R, C] and a scalar g: the gradient of a cross-entropy. */
const crossEntropyGradOp = defineOp<Attributes>({
  name: 'crossEntropyGrad',
  shapes([logits], { classes }) {
    checkRows('crossEntropyGrad', logits, classes);
    return [logits];
  },
  forward(context, [logits, grad], [dLogits], { classes }) {
    const [rows, cols] = logits.shape;
    const [x, g, dx] = [logits, grad, dLogits].map((tensor) => context.buffer(tensor));
    context.kernels.crossEntropyGrad(x, context.integers(classes), g, dx, rows, cols);
  },
  vjp({ grads: [up], inputs: [logits, grad], attributes: { classes } }) {
    const [weighted, p] = [multiply(up!, 1 / classes.length), softmax(logits)];
    const along = multiply(weighted, p);
    const dLogits = multiply(grad, subtract(along, multiply(p, sum(along, { axes: -1, keepDims: true }))));
    return [dLogits, subtract(sum(along), sum(takeColumns(weighted, classes)))];
  },
  samples: [{ shapes: [[3, 4], []], attributes: three }],
  errors: [{ shapes: [[2, 4], []], attributes: three, message: /expected a matrix of 3 rows/ }],
});

function checkRows(op: string, logits: Shape, classes: Int32Array): void {
  if (logits.length !== 2 || logits[0] !== classes.length) {
    throw new InputError(
      `${op}: logits has shape ${show(logits)}, expected a matrix of ${classes.length} rows.`,
    );
  }
  if (logits[0] === 0)
    throw new InputError(`${op}: logits has shape ${show(logits)}, expected at least one row.`);
}
