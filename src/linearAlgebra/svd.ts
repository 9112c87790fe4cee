import { InputError } from '../errors.ts';
import { dot, transposed } from './matrix.ts';
import { pivotedQr } from './pivotedQr.ts';

/** A = Σ_k values[k] u_k v_kᵀ with orthonormal u_k and v_k, the largest value first. */
export interface Svd {
  /** How many terms there are. */
  readonly rank: number;
  /** Singular values [rank], in falling order; all above zero. */
  readonly values: Float64Array;
  /** Left singular vectors, one after the other: [rank, rows]. */
  readonly u: Float64Array;
  /** Right singular vectors, one after the other: [rank, cols]. */
  readonly v: Float64Array;
}

/**
 * Singular value decomposition of a row-major matrix [rows, cols], at most `limit` leading terms. Terms whose value is
 * rounding error beside the largest are left out, so a matrix of rank k has k. A QR decomposition with pivoting, then
 * one-sided Jacobi rotations of the rows of R (Hestenes 1958; Drmač & Veselić 2008).
 * Throws InputError when the count of numbers does not fit or one is not finite.
 */
export function svd(matrix: Float64Array, rows: number, cols: number, limit = Number.POSITIVE_INFINITY): Svd {
  if (matrix.length !== rows * cols) {
    throw new InputError(`svd: the matrix holds ${matrix.length} numbers, expected ${rows} × ${cols}.`);
  }
  const isTall = rows >= cols;
  const [long, short] = isTall ? [rows, cols] : [cols, rows];
  const columns = isTall ? transposed(matrix, rows, cols) : matrix.slice();
  const scale = normalise(columns);
  const { rank, r, order, applyQ } = pivotedQr(columns, long, short);
  const rotations = orthogonaliseRows(r, rank, short);

  const lengths = Float64Array.from({ length: rank }, (_, k) => Math.sqrt(squareOfRow(r, k, short)));
  const falling = Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const kept = falling.slice(0, Math.min(rank, limit));
  const longVectors = new Float64Array(kept.length * long);
  const shortVectors = new Float64Array(kept.length * short);
  kept.forEach((k, place) => {
    longVectors.set(applyQ(rotations.subarray(k * rank, (k + 1) * rank)), place * long);
    for (let j = 0; j < short; j++) shortVectors[place * short + order[j]] = r[k * short + j] / lengths[k];
  });
  return {
    rank: kept.length,
    values: Float64Array.from(kept, (k) => lengths[k] * scale),
    u: isTall ? longVectors : shortVectors,
    v: isTall ? shortVectors : longVectors,
  };
}

/** Divides by the largest magnitude, so that squares neither overflow nor vanish, and returns it; 1 for zeros. */
function normalise(values: Float64Array): number {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new InputError(`svd: the matrix holds ${value}, expected finite numbers.`);
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) return 1;
  for (let i = 0; i < values.length; i++) values[i] /= largest;
  return largest;
}

/** More sweeps than any matrix was seen to take by far. */
const sweepLimit = 60;

/**
 * Rotates pairs of rows of x [count, width] until all are orthogonal. Returns the rotations as w [count, count] such that
 * row k of the new x is Σ_i w[k, i] times row i of the old one.
 */
function orthogonaliseRows(x: Float64Array, count: number, width: number): Float64Array {
  const w = new Float64Array(count * count);
  for (let i = 0; i < count; i++) w[i * (count + 1)] = 1;
  const tolerance = Math.sqrt(width) * Number.EPSILON;
  for (let sweep = 0, rotated = count > 1; rotated; sweep++) {
    if (sweep === sweepLimit) throw new Error('svd: the rotations did not converge.');
    rotated = false;
    const squares = Float64Array.from({ length: count }, (_, i) => squareOfRow(x, i, width));
    for (let p = 0; p < count - 1; p++) {
      const first = x.subarray(p * width, (p + 1) * width);
      for (let q = p + 1; q < count; q++) {
        const second = x.subarray(q * width, (q + 1) * width);
        const product = dot(first, second);
        if (Math.abs(product) <= tolerance * Math.sqrt(squares[p] * squares[q])) continue;
        rotated = true;
        // The smaller of the two angles that make the pair orthogonal.
        const zeta = (squares[q] - squares[p]) / (2 * product);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(first, second, cosine, cosine * tangent);
        rotate(
          w.subarray(p * count, (p + 1) * count),
          w.subarray(q * count, (q + 1) * count),
          cosine,
          cosine * tangent,
        );
        squares[p] = Math.max(0, squares[p] - tangent * product);
        squares[q] += tangent * product;
      }
    }
  }
  return w;
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    x[i] = cosine * a - sine * b;
    y[i] = sine * a + cosine * b;
  }
}

function squareOfRow(x: Float64Array, row: number, width: number): number {
  const values = x.subarray(row * width, (row + 1) * width);
  return dot(values, values);
}
