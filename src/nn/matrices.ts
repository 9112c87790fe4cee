/* Row-major matrices in float64. */

/** The mean of matrices of one shape. */
export const meanOf = (matrices: readonly Float64Array[]): Float64Array =>
  matrices.length === 1
    ? matrices[0]
    : matrices[0].map((_, i) => matrices.reduce((total, matrix) => total + matrix[i], 0) / matrices.length);

/** The columns of a matrix from `from` on, `count` of them. */
export function columns(matrix: Float64Array, rows: number, from: number, count: number): Float64Array {
  const width = matrix.length / rows;
  const part = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++)
    part.set(matrix.subarray(i * width + from, i * width + from + count), i * count);
  return part;
}

/** Matrices of equally many rows side by side. */
export function sideBySide(matrices: readonly Float64Array[], rows: number): Float64Array {
  const widths = matrices.map((matrix) => matrix.length / rows);
  const width = widths.reduce((total, own) => total + own, 0);
  const joined = new Float64Array(rows * width);
  let from = 0;
  matrices.forEach((matrix, m) => {
    for (let i = 0; i < rows; i++)
      joined.set(matrix.subarray(i * widths[m], (i + 1) * widths[m]), i * width + from);
    from += widths[m];
  });
  return joined;
}

/** A block-diagonal matrix whose `count` blocks of `cols` columns stand on top of each other in `blocks`. */
export function onDiagonal(blocks: Float64Array, count: number, cols: number): Float64Array {
  const rows = blocks.length / cols;
  const matrix = new Float64Array(rows * count * cols);
  for (let i = 0; i < rows; i++) {
    const block = Math.floor((i * count) / rows);
    matrix.set(blocks.subarray(i * cols, (i + 1) * cols), (i * count + block) * cols);
  }
  return matrix;
}
