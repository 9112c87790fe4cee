import { negate } from '../ops/negate.ts';
import { mean } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { logSoftmax } from '../ops/softmax.ts';
import { takeColumns } from '../ops/takeColumns.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Mean cross-entropy, in nats, of `logits` [..., C] against the right class of every row.
 * Throws InputError for a wrong number of classes, or one that is not an integer from 0 to C − 1.
 */
export function crossEntropy(logits: Tensor, classes: ArrayLike<number>): Tensor {
  const width = logits.shape[logits.shape.length - 1];
  return negate(mean(takeColumns(logSoftmax(reshape(logits, [-1, width])), classes)));
}
