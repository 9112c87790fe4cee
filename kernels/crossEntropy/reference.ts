import { normalizer } from '../softmax/normalizer.ts';
import type { FloatArray } from '../types.ts';

/**
 * Mean cross-entropy, in nats, of the right class of every row: loss[0] = 1/R Σ_r (ln Σ_k e^{x[r, k]} − x[r, classes[r]])
 * for `logits` x `[rows, cols]` and `classes` `[rows]`, R = rows ≥ 1; stable as `softmax` is.
 */
export function crossEntropy(
  logits: FloatArray,
  classes: Int32Array,
  loss: FloatArray,
  rows: number,
  cols: number,
): void {
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const { max, sum } = normalizer(logits, r * cols, cols);
    total += Math.log(sum) - (logits[r * cols + classes[r]] - max);
  }
  loss[0] = total / rows;
}

/**
 * Gradient of `crossEntropy`: dLogits[r, j] = dLoss[0] / R · (softmax(x[r, :])[j] − [j = classes[r]]); `dLogits` is
 * `[rows, cols]`.
 */
export function crossEntropyGrad(
  logits: FloatArray,
  classes: Int32Array,
  dLoss: FloatArray,
  dLogits: FloatArray,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const { max, sum } = normalizer(logits, r * cols, cols);
    for (let j = 0; j < cols; j++) {
      const target = j === classes[r] ? 1 : 0;
      dLogits[r * cols + j] = (dLoss[0] / rows) * (Math.exp(logits[r * cols + j] - max) / sum - target);
    }
  }
}
