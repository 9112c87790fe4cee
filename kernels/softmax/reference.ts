import type { FloatArray } from '../types.ts';
import { normalizer } from './normalizer.ts';

/**
 * y[r, j] = e^{x[r, j]} / Σ_k e^{x[r, k]}; x and y are `[rows, cols]`.
 *
 * The largest entry is subtracted first, so that no exponential overflows; −∞ gives 0 where another is finite.
 */
export function softmax(x: FloatArray, y: FloatArray, rows: number, cols: number): void {
  for (let first = 0; first < rows * cols; first += cols) {
    const { max, sum } = normalizer(x, first, cols);
    for (let i = first; i < first + cols; i++) y[i] = Math.exp(x[i] - max) / sum;
  }
}

/** y[r, j] = x[r, j] − ln Σ_k e^{x[r, k]}; x and y are `[rows, cols]`; stable as `softmax` is. */
export function logSoftmax(x: FloatArray, y: FloatArray, rows: number, cols: number): void {
  for (let first = 0; first < rows * cols; first += cols) {
    const { max, sum } = normalizer(x, first, cols);
    for (let i = first; i < first + cols; i++) y[i] = x[i] - max - Math.log(sum);
  }
}
