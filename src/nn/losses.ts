import { crossEntropyOfRows } from '../ops/crossEntropy.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Mean cross-entropy, in nats, of `logits` [..., C] against the right class of every row.
 * Throws InputError for a wrong number of classes, or one that is not an integer from 0 to C − 1.
 */
export const crossEntropy = (logits: Tensor, classes: ArrayLike<number>): Tensor =>
  crossEntropyOfRows(reshape(logits, [-1, logits.shape[logits.shape.length - 1]]), classes);
