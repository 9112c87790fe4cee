import { solvePositive } from '../../linearAlgebra/cholesky.ts';
import { dot, multiply, subtract, transposed } from '../../linearAlgebra/matrix.ts';
import { svd } from '../../linearAlgebra/svd.ts';

/** Rounds after which the alternation ends, settled or not: it needs many only where 2r + 1 nears the block's side. */
const roundLimit = 200;
/** Part of the squared error that a round has to take off for there to be another. */
const worthwhile = 1e-4;

/**
 * A matrix [rows, cols] of rank at most r that is near to another one everywhere but on the diagonals of its blocks of
 * `blockRows` rows, which do not count: the better of alternating least squares from two starts. A matrix that has this
 * form is found when 2r + 2 is no more than the block's sides; in general it is a local minimum, with no more error than
 * the zero matrix.
 */
export function lowRankOffDiagonals(
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
  blockRows: number,
  rank: number,
): Float64Array {
  const target = targetOf(matrix, rows, cols, blockRows);
  const starts = [svd(target.matrix, rows, cols, rank).v, rowSpaceOfCorner(target, rank)];
  const [first, second] = starts.map((right) => alternate(target, right));
  return second.error < first.error ? second.product : first.product;
}

/** A matrix with zeros on the diagonals of its blocks, and the places of those. */
interface Target {
  readonly rows: number;
  readonly cols: number;
  readonly blockRows: number;
  readonly matrix: Float64Array;
  readonly transpose: Float64Array;
  /** The columns of the diagonal entries of a row: one, or none. */
  diagonalsOfRow(row: number): readonly number[];
  /** The rows of the diagonal entries of a column: one in each block, or none. */
  diagonalsOfColumn(column: number): readonly number[];
}

function targetOf(whole: Float64Array, rows: number, cols: number, blockRows: number): Target {
  const matrix = withoutDiagonals(whole, rows, cols, blockRows);
  return {
    rows,
    cols,
    blockRows,
    matrix,
    transpose: transposed(matrix, rows, cols),
    diagonalsOfRow: (i) => (i % blockRows < cols ? [i % blockRows] : []),
    diagonalsOfColumn: (j) =>
      j < blockRows ? Array.from({ length: rows / blockRows }, (_, block) => block * blockRows + j) : [],
  };
}

function withoutDiagonals(whole: Float64Array, rows: number, cols: number, blockRows: number): Float64Array {
  const matrix = whole.slice();
  for (let i = 0; i < rows; i++) if (i % blockRows < cols) matrix[i * cols + (i % blockRows)] = 0;
  return matrix;
}

/**
 * Orthonormal rows [k, cols] for the row space, from the first half of each block's rows alone: where those cross the
 * other half's columns no entry is on a diagonal, and the column space of a matrix of low rank shows undisturbed.
 */
function rowSpaceOfCorner(target: Target, rank: number): Float64Array {
  const { rows, cols, blockRows, matrix, transpose, diagonalsOfColumn } = target;
  const half = Math.floor(Math.min(blockRows, cols) / 2);
  const isUpper = (i: number) => i % blockRows < half;
  const upper = Array.from({ length: rows }, (_, i) => i).filter(isUpper);
  const corner = new Float64Array(upper.length * (cols - half));
  for (const [place, i] of upper.entries()) {
    corner.set(matrix.subarray(i * cols + half, (i + 1) * cols), place * (cols - half));
  }
  const { rank: found, u } = svd(corner, upper.length, cols - half, rank);
  const left = new Float64Array(found * rows);
  for (let k = 0; k < found; k++) {
    for (const [place, i] of upper.entries()) left[k * rows + i] = u[k * upper.length + place];
  }
  const upperColumns = transpose.map((value, e) => (isUpper(e % rows) ? value : 0));
  const upperDiagonals = (j: number) => diagonalsOfColumn(j).filter(isUpper);
  return svd(coefficients(upperColumns, [cols, rows], left, upperDiagonals), cols, found).u;
}

/** Improves columns and rows in turn, beginning with orthonormal rows [k, cols]. */
function alternate(target: Target, start: Float64Array): { error: number; product: Float64Array } {
  const { rows, cols, blockRows, matrix, transpose, diagonalsOfRow, diagonalsOfColumn } = target;
  const square = dot(matrix, matrix);
  let best: { error: number; product: Float64Array } = {
    error: square,
    product: new Float64Array(rows * cols),
  };
  let right = start;
  for (let round = 0; round < roundLimit; round++) {
    const u = coefficients(matrix, [rows, cols], right, diagonalsOfRow);
    const { rank, u: left } = svd(u, rows, right.length / cols);
    const v = coefficients(transpose, [cols, rows], left, diagonalsOfColumn);
    const product = transposed(multiply(v, left, cols, rank, rows), cols, rows);
    const residual = withoutDiagonals(subtract(product, matrix), rows, cols, blockRows);
    const error = dot(residual, residual);
    const gain = best.error - error;
    if (gain > 0) best = { error, product };
    if (gain <= worthwhile * error || error <= 1e-28 * square) break;
    right = svd(v, cols, rank).u;
  }
  return best;
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
