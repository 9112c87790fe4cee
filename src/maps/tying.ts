/**
 * Least squares for a matrix [rows, cols] whose entries share `count` values, up to sign: each value is the mean of the
 * entries that are it. `indexOf` says of an entry which of v and −v, one after the other, it is. Values that no entry
 * has are 0.
 */
export function meansOfShared(
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
  count: number,
  indexOf: (row: number, col: number) => number,
): Float64Array {
  const means = new Float64Array(count);
  const uses = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const index = indexOf(i, j);
      const value = matrix[i * cols + j];
      means[index % count] += index < count ? value : -value;
      uses[index % count]++;
    }
  }
  return means.map((sum, k) => (uses[k] === 0 ? 0 : sum / uses[k]));
}
