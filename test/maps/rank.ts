import type { FloatArray } from '../../kernels/types.ts';

/** The numerical rank of a matrix [m, n]: the pivots of Gaussian elimination that are not rounding. */
export function rankOf(values: FloatArray, m: number, n: number): number {
  const rows = Array.from({ length: m }, (_, i) => Array.from(values.subarray(i * n, (i + 1) * n)));
  const largest = Math.max(...values.map(Math.abs));
  let rank = 0;
  for (;;) {
    let [row, column, pivot] = [-1, -1, 1e-10 * largest];
    for (let i = rank; i < m; i++) {
      for (let j = 0; j < n; j++) {
        if (Math.abs(rows[i][j]) > pivot) [row, column, pivot] = [i, j, Math.abs(rows[i][j])];
      }
    }
    if (row < 0) return rank;
    [rows[rank], rows[row]] = [rows[row], rows[rank]];
    for (let i = rank + 1; i < m; i++) {
      const factor = rows[i][column] / rows[rank][column];
      for (let j = 0; j < n; j++) rows[i][j] -= factor * rows[rank][j];
      rows[i][column] = 0;
    }
    rank++;
  }
}
