import type { Fit } from './fit.ts';

/* Kinds whose entries share values, up to sign. */

/** For each shared value the mean of its entries, those with −v negated: the nearest in Frobenius norm. */
export const fitTiedEntries: Fit<'tiedEntries'> = ({ count, indices }, matrix, [rows, cols]) => {
  return { v: meansOfShared(matrix, [rows, cols], count, (i, j) => indices[i * cols + j]) };
};

/**
 * For each block the means of the wrapped diagonals of the square of side n = max(rows, in), of which the block is the top left
 * part, those above the diagonal negated for a skew circulant: the nearest in Frobenius norm.
 */
export const fitCirculant: Fit<'circulant'> = ({ skew, blocks }, matrix, [outSize, inSize]) => {
  const rows = outSize / blocks;
  const n = Math.max(inSize, rows);
  const count = blocks * n;
  const indexOf = (i: number, j: number): number => {
    const [block, row] = [Math.floor(i / rows), i % rows];
    const isNegated = skew && row < j;
    return block * n + ((row - j + n) % n) + (isNegated ? count : 0);
  };
  return { v: meansOfShared(matrix, [outSize, inSize], count, indexOf) };
};

/** For each block the means of its rows + in − 1 diagonals, the top right one first: the nearest in Frobenius norm. */
export const fitToeplitz: Fit<'toeplitz'> = ({ blocks }, matrix, [outSize, inSize]) => {
  const rows = outSize / blocks;
  const diagonals = rows + inSize - 1;
  const indexOf = (i: number, j: number) => Math.floor(i / rows) * diagonals + (i % rows) - j + inSize - 1;
  return { t: meansOfShared(matrix, [outSize, inSize], blocks * diagonals, indexOf) };
};

/**
 * Least squares for a matrix [rows, cols] whose entries share `count` values, up to sign: each value is the mean of the
 * entries that are it. `indexOf` says of an entry which of v and −v, one after the other, it is. Values that no entry
 * has are 0.
 */
function meansOfShared(
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
