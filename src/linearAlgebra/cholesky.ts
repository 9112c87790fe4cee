/**
 * Solves A x = b for a symmetric matrix A [n, n] without negative eigenvalues, by Cholesky's decomposition. Directions in
 * which A is zero up to rounding get zero, so that x stays small where it is not determined.
 */
export function solvePositive(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const lower = a.slice();
  const x = b.slice();
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]);
  const smallest = n * 16 * Number.EPSILON * largest;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i === j) lower[i * n + i] = sum > smallest ? Math.sqrt(sum) : 0;
      else lower[i * n + j] = lower[j * n + j] === 0 ? 0 : sum / lower[j * n + j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k];
    x[i] = lower[i * n + i] === 0 ? 0 : x[i] / lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k];
    x[i] = lower[i * n + i] === 0 ? 0 : x[i] / lower[i * n + i];
  }
  return x;
}
