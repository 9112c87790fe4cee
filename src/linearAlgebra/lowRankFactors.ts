import { svd } from './svd.ts';

/**
 * The product of rank at most r that is nearest to a matrix [rows, cols] in Frobenius norm: left [rows, r] and
 * right [r, cols], each with the roots of the singular values, so that neither is larger (Eckart & Young 1936).
 * Throws InputError as `svd` does.
 */
export function lowRankFactors(
  matrix: Float64Array,
  rows: number,
  cols: number,
  rank: number,
): { readonly left: Float64Array; readonly right: Float64Array } {
  const { values, u, v } = svd(matrix, rows, cols, rank);
  const left = new Float64Array(rows * rank);
  const right = new Float64Array(rank * cols);
  values.forEach((value, k) => {
    const root = Math.sqrt(value);
    for (let i = 0; i < rows; i++) left[i * rank + k] = root * u[k * rows + i];
    for (let j = 0; j < cols; j++) right[k * cols + j] = root * v[k * cols + j];
  });
  return { left, right };
}
