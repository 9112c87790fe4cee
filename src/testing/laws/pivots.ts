import type { FloatArray } from '../../../kernels/types.ts';

/**
 * Magnitudes of the pivots of Gaussian elimination with complete pivoting of a matrix [rows, cols], largest first as a rule:
 * as many as are not 0. In exact arithmetic their number is the rank; pivots beyond the rank are rounding.
 */
export function pivotsOf(matrix: FloatArray, rows: number, cols: number): number[] {
  const left = Array.from({ length: rows }, (_, i) =>
    Float64Array.from(matrix.slice(i * cols, (i + 1) * cols)),
  );
  const pivots: number[] = [];
  while (left.length > 0) {
    let [row, column, size] = [0, 0, 0];
    left.forEach((values, i) => {
      values.forEach((value, j) => {
        if (Math.abs(value) > size) [row, column, size] = [i, j, Math.abs(value)];
      });
    });
    if (size === 0) break;
    pivots.push(size);
    const [pivotRow] = left.splice(row, 1);
    for (const values of left) {
      const factor = values[column] / pivotRow[column];
      for (let j = 0; j < cols; j++) values[j] -= factor * pivotRow[j];
      values[column] = 0;
    }
  }
  return pivots;
}
