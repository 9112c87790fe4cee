/** The product of a [rows, inner] and b [inner, cols], row-major: [rows, cols]. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  cols: number,
): Float64Array {
  const product = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const row = product.subarray(i * cols, (i + 1) * cols);
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k];
      if (factor === 0) continue;
      for (let j = 0; j < cols; j++) row[j] += factor * b[k * cols + j];
    }
  }
  return product;
}

/** The transpose of a [rows, cols], row-major: [cols, rows]. */
export function transposed(a: Float64Array, rows: number, cols: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result[j * rows + i] = a[i * cols + j];
  }
  return result;
}

/** a − b, entry by entry. */
export const subtract = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]);

/** The Euclidean norm of all entries: for a matrix, Frobenius'. */
export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** Σ a_i b_i. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
