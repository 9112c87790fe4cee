import { expLanes } from '../exp/simd';
import { logLanes } from '../log/simd';
import { maxRow } from '../reduce/simd';
import { loadTail, storeTail, sumLanes } from '../vector.simd';

/** See softmax/reference.ts. */
export function softmax(x: usize, y: usize, rows: usize, cols: usize): void {
  if (cols == 0) return;
  for (let r: usize = 0; r < rows; r++) {
    const sum = sumOfExponentials(x, y, cols, f32x4.splat(maxRow(x, cols)));
    scaleRow(y, cols, 1 / sum);
    x += cols << 2;
    y += cols << 2;
  }
}

/** See softmax/reference.ts. */
export function logSoftmax(x: usize, y: usize, rows: usize, cols: usize): void {
  if (cols == 0) return;
  for (let r: usize = 0; r < rows; r++) {
    const max = f32x4.splat(maxRow(x, cols));
    const logSum = logLanes(f32x4.splat(sumOfExponentials(x, 0, cols, max)));
    let left = cols;
    for (; left >= 4; left -= 4) {
      v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), max), logSum));
      x += 16;
      y += 16;
    }
    if (left > 0) {
      storeTail(y, f32x4.sub(f32x4.sub(loadTail(x, left), max), logSum), left);
      x += left << 2;
      y += left << 2;
    }
  }
}

/** Σ e^(x − max) over a row of n; the terms are kept at y unless it is 0. */
export function sumOfExponentials(x: usize, y: usize, n: usize, max: v128): f32 {
  let sums = f32x4.splat(0);
  for (; n >= 4; n -= 4) {
    const term = expLanes(f32x4.sub(v128.load(x), max));
    sums = f32x4.add(sums, term);
    x += 16;
    if (y != 0) {
      v128.store(y, term);
      y += 16;
    }
  }
  let sum = sumLanes(sums);
  if (n > 0) {
    const term = expLanes(f32x4.sub(loadTail(x, n), max));
    if (y != 0) storeTail(y, term, n);
    sum += f32x4.extract_lane(term, 0);
    if (n > 1) sum += f32x4.extract_lane(term, 1);
    if (n > 2) sum += f32x4.extract_lane(term, 2);
  }
  return sum;
}

/** y ← factor·y over a row of n. */
export function scaleRow(y: usize, n: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.mul(v128.load(y), factors));
    y += 16;
  }
  if (n > 0) storeTail(y, f32x4.mul(loadTail(y, n), factors), n);
}
