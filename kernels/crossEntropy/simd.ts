import { logLanes } from '../log/simd';
import { maxRow } from '../reduce/simd';
import { scaleRow, sumOfExponentials } from '../softmax/simd';

/** See crossEntropy/reference.ts; the mean is accumulated in float64. */
export function crossEntropy(logits: usize, classes: usize, loss: usize, rows: usize, cols: usize): void {
  let total: f64 = 0;
  for (let r: usize = 0; r < rows; r++) {
    const max = maxRow(logits, cols);
    const sum = sumOfExponentials(logits, 0, cols, f32x4.splat(max));
    const logSum = f32x4.extract_lane(logLanes(f32x4.splat(sum)), 0);
    total += logSum - (f32.load(logits + classOf(classes, r)) - max);
    logits += cols << 2;
  }
  f32.store(loss, <f32>(total / rows));
}

/** See crossEntropy/reference.ts. */
export function crossEntropyGrad(
  logits: usize,
  classes: usize,
  dLoss: usize,
  dLogits: usize,
  rows: usize,
  cols: usize,
): void {
  const weight = f32.load(dLoss) / <f32>rows;
  for (let r: usize = 0; r < rows; r++) {
    const max = maxRow(logits, cols);
    const sum = sumOfExponentials(logits, dLogits, cols, f32x4.splat(max));
    scaleRow(dLogits, cols, weight / sum);
    const target = dLogits + classOf(classes, r);
    f32.store(target, f32.load(target) - weight);
    logits += cols << 2;
    dLogits += cols << 2;
  }
}

/** Where the right class of row r stands in its row, in bytes. */
@inline
function classOf(classes: usize, r: usize): usize {
  return <usize>i32.load(classes + (r << 2)) << 2;
}
