import { expectOptions, InputError } from '../errors.ts';
import { stack } from '../ops/concat.ts';
import { crossEntropyOfRows } from '../ops/crossEntropy.ts';
import { gather } from '../ops/gather.ts';
import { multiply } from '../ops/multiply.ts';
import { negate } from '../ops/negate.ts';
import { mean, sum } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { logSoftmax } from '../ops/softmax.ts';
import { subtract } from '../ops/subtract.ts';
import { expectShape } from '../tensor/shape.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';

/** Which rows a cross-entropy is the mean over. */
export interface CrossEntropyOptions {
  /** A class, such as −1, that marks rows to be left out: steps after the end of a sequence. None unless given. */
  readonly ignore?: number;
}

/**
 * Mean cross-entropy, in nats, of `logits` [..., C] against the right class of every row.
 * Throws InputError for a wrong number of classes, one that is not an integer from 0 to C − 1, and where no row is left.
 */
export function crossEntropy(
  logits: Tensor,
  classes: ArrayLike<number>,
  options: CrossEntropyOptions = {},
): Tensor {
  expectOptions('crossEntropy', options, ['ignore']);
  const { ignore } = options;
  const rows = reshape(logits, [-1, logits.shape[logits.shape.length - 1]]);
  if (ignore === undefined) return crossEntropyOfRows(rows, classes);
  expectShape('crossEntropy', 'classes', [classes.length], [rows.shape[0]]);
  const kept = Array.from({ length: classes.length }, (_, row) => row).filter(
    (row) => classes[row] !== ignore,
  );
  if (kept.length === 0) throw new InputError(`crossEntropy: every class is ${ignore}, which is ignored.`);
  return crossEntropyOfRows(
    gather(rows, kept),
    kept.map((row) => classes[row]),
  );
}

/** Mean of (y − target)² over all elements of two tensors of one shape. Throws InputError when shapes differ. */
export function meanSquaredError(y: Tensor, target: Tensor): Tensor {
  expectShape('meanSquaredError', 'target', target.shape, y.shape);
  const error = subtract(y, target);
  return mean(multiply(error, error));
}

/**
 * Mean binary cross-entropy, in nats, of the probabilities σ(logits) against `targets` from 0 to 1 of the same shape. It takes
 * logits, so that nothing overflows. Throws InputError when shapes differ.
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  expectShape('binaryCrossEntropy', 'targets', targets.shape, logits.shape);
  // σ(x) is the first part of the softmax of x and 0, whose logarithm has a gradient at 0, too.
  const { shape, dtype, backend } = logits;
  const both = logSoftmax(stack([logits, zeros(shape, { dtype, backend })], -1));
  const weights = stack([targets, subtract(1, targets)], -1);
  return negate(mean(sum(multiply(weights, both), { axes: -1 })));
}
