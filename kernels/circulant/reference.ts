import type { FloatArray } from '../types.ts';

/**
 * Top left `[rows, cols]` part (rows, cols ≤ n) of the n×n circulant matrix whose first column is v `[n]`:
 * w[i, j] = v[(i − j) mod n].
 */
export function circulantMatrix(v: FloatArray, w: FloatArray, n: number, rows: number, cols: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) w[i * cols + j] = v[(i - j + n) % n];
  }
}

/** Gradient of `circulantMatrix`: dv[k] = Σ dw[i, j] over (i − j) mod n = k; dw is `[rows, cols]`, dv `[n]`. */
export function circulantMatrixGrad(
  dw: FloatArray,
  dv: FloatArray,
  n: number,
  rows: number,
  cols: number,
): void {
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const j = (i - k + n) % n;
      if (j < cols) sum += dw[i * cols + j];
    }
    dv[k] = sum;
  }
}
