import { solvePositive } from '../linearAlgebra/cholesky.ts';
import { dot, multiply, transposed } from '../linearAlgebra/matrix.ts';
import { svd } from '../linearAlgebra/svd.ts';

/** Rounds after which the alternation ends, settled or not: it needs many only where 2r + 1 nears the block's side. */
const roundLimit = 200;
/** Part of the squared error that a round has to take off for there to be another. */
const worthwhile = 1e-4;

/**
 * A matrix [rows, cols] of rank at most r that is near to another one everywhere but on the diagonals of its blocks of
 * `blockRows` rows, which do not count. Alternating least squares from the leading singular vectors of the matrix with
 * zeros on its diagonals: of a matrix that has this form it finds it when r is below half of the block's side; in general
 * a local minimum, with less error than the zero matrix.
 */
export function lowRankOffDiagonals(
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
  blockRows: number,
  rank: number,
): Float64Array {
  const wanted = matrix.slice();
  const diagonalOfRow = (i: number) => (i % blockRows < cols ? [i % blockRows] : []);
  const diagonalsOfColumn = (j: number) =>
    j < blockRows ? Array.from({ length: rows / blockRows }, (_, block) => block * blockRows + j) : [];
  const clear = (values: Float64Array) => {
    for (let i = 0; i < rows; i++) for (const j of diagonalOfRow(i)) values[i * cols + j] = 0;
    return values;
  };
  clear(wanted);
  const byColumn = transposed(wanted, rows, cols);
  let right = svd(wanted, rows, cols, rank).v;
  let best: { error: number; product: Float64Array } = {
    error: dot(wanted, wanted),
    product: new Float64Array(rows * cols),
  };
  const enough = 1e-28 * best.error;
  for (let round = 0; round < roundLimit; round++) {
    const rightRank = right.length / cols;
    const u = coefficients(wanted, [rows, cols], right, diagonalOfRow);
    const { rank: leftRank, u: left } = svd(u, rows, rightRank);
    const v = coefficients(byColumn, [cols, rows], left, diagonalsOfColumn);
    const product = transposed(multiply(v, left, cols, leftRank, rows), cols, rows);
    const residual = clear(product.map((value, i) => value - wanted[i]));
    const error = dot(residual, residual);
    const gain = best.error - error;
    if (gain > 0) best = { error, product };
    if (gain <= worthwhile * error || error <= enough) break;
    right = svd(v, cols, leftRank).u;
  }
  return best.product;
}

/**
 * Least squares for every line of a matrix [lines, length]: the coefficients [lines, k] of `basis` [k, length], orthonormal
 * rows, that bring it nearest to the line outside the places that are left out, where the line itself is zero.
 */
function coefficients(
  matrix: Float64Array,
  [lines, length]: readonly [number, number],
  basis: Float64Array,
  leftOut: (line: number) => readonly number[],
): Float64Array {
  const k = basis.length / length;
  const found = multiply(matrix, transposed(basis, k, length), lines, length, k);
  for (let line = 0; line < lines; line++) {
    // The basis is orthonormal, so without the places left out its Gram matrix is the unit matrix less their part.
    const gram = new Float64Array(k * k);
    for (let a = 0; a < k; a++) gram[a * k + a] = 1;
    for (const place of leftOut(line)) {
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) gram[a * k + b] -= basis[a * length + place] * basis[b * length + place];
      }
    }
    const own = found.subarray(line * k, (line + 1) * k);
    own.set(solvePositive(gram, own));
  }
  return found;
}
