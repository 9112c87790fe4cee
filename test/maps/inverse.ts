import type { FloatArray } from '../../kernels/types.ts';

/** The inverse of a matrix [n, n] by Gauss and Jordan's elimination, and |A| |A⁻¹| in Frobenius norm. */
export function inverseOf(matrix: FloatArray, n: number): { values: Float64Array; condition: number } {
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(2 * n);
    row.set(matrix.subarray(i * n, (i + 1) * n));
    row[n + i] = 1;
    return row;
  });
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    const scale = rows[column][column];
    for (let j = 0; j < 2 * n; j++) rows[column][j] /= scale;
    rows.forEach((row, i) => {
      if (i === column) return;
      const factor = row[column];
      for (let j = 0; j < 2 * n; j++) row[j] -= factor * rows[column][j];
    });
  }
  const values = Float64Array.from({ length: n * n }, (_, k) => rows[Math.floor(k / n)][n + (k % n)]);
  return { values, condition: Math.hypot(...matrix) * Math.hypot(...values) };
}
