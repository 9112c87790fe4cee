import type { FloatArray } from '../types.ts';

/**
 * The `[rows, cols]` Toeplitz matrix whose diagonals hold t `[rows + cols − 1]`, from the top right corner to the
 * bottom left: w[i, j] = t[i − j + cols − 1]. With t repeating itself after n entries, up to sign, this is part of an
 * n×n circulant or skew-circulant matrix.
 */
export function toeplitzMatrix(t: FloatArray, w: FloatArray, rows: number, cols: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) w[i * cols + j] = t[i - j + cols - 1];
  }
}

/**
 * Sums of the diagonals of w `[rows, cols]`: t[d] = Σ w[i, j] over i − j = d − cols + 1; the transpose of
 * `toeplitzMatrix`, hence its gradient.
 */
export function diagonalSums(w: FloatArray, t: FloatArray, rows: number, cols: number): void {
  for (let d = 0; d < rows + cols - 1; d++) {
    let sum = 0;
    for (let i = Math.max(0, d - cols + 1); i < Math.min(rows, d + 1); i++) {
      const j = i - d + cols - 1;
      sum += w[i * cols + j];
    }
    t[d] = sum;
  }
}
