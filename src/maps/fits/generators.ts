import { fromDisplacement, fromDisplacementTranspose } from '../../../kernels/displacement/reference.ts';
import { type LinearOperator, leastSquares } from '../../linearAlgebra/leastSquares.ts';
import { lowRankFactors } from '../../linearAlgebra/lowRankFactors.ts';
import { dot, multiply, transposed } from '../../linearAlgebra/matrix.ts';
import { svd } from '../../linearAlgebra/svd.ts';

/** The g_i and the h_i, one after the other: [rank, n] each. The displacement is Σ g_i h_iᵀ. */
export interface Generators {
  readonly g: Float64Array;
  readonly h: Float64Array;
}

/** Rounds, in each of which one side is improved while the other stands. */
const roundLimit = 40;
/**
 * Conjugate-gradient steps: `first` for the first round, enough to fit a representable rectangle exactly; `later` for the
 * rest.
 */
const steps = { first: 400, later: 10 };
/** Part of the squared error that a round has to take off for there to be another. */
const worthwhile = 1e-3;

/**
 * Generators of a matrix of displacement rank at most `rank`, whose top left part [rows, cols] of the square of size
 * n = max(rows, cols) is near to `matrix`. A square begins with the truncated singular value decomposition of its
 * displacement. The displacement of a rectangle is known in part: that part has all of one side's generators, and the
 * other side's follow by least squares. Then the sides are improved in turn, in Frobenius norm. A matrix of this form is
 * found to rounding; otherwise it is a local minimum, with less error than the zero matrix.
 */
export function nearestGenerators(
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
  rank: number,
): Generators {
  const problem: Problem = { matrix, rows, cols, n: Math.max(rows, cols), rank };
  const square = dot(matrix, matrix);
  let { g, h } = begin(problem);
  let error = Number.POSITIVE_INFINITY;
  for (let round = 0; round < roundLimit; round++) {
    const limit = round === 0 ? steps.first : steps.later;
    let residual: Float64Array;
    // The first round solves for the side that is not known yet.
    if ((round % 2 === 0) === rows <= cols) {
      const [fixed, start] = orthonormalised(h, g, problem);
      h = fixed;
      ({ x: g, residual } = leastSquares(productWith(fixed, 'g', problem), matrix, start, limit));
    } else {
      const [fixed, start] = orthonormalised(g, h, problem);
      g = fixed;
      ({ x: h, residual } = leastSquares(productWith(fixed, 'h', problem), matrix, start, limit));
    }
    const before = error;
    error = dot(residual, residual);
    if (error <= 1e-26 * square || (round > 1 && before - error <= worthwhile * error)) break;
  }
  return balanced(outerProducts(g, h, problem), problem);
}

interface Problem {
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly cols: number;
  readonly n: number;
  readonly rank: number;
}

/** Both sides for a square; for a rectangle the side that its known displacement tells of, the other being zero. */
function begin(problem: Problem): Generators {
  const { rows, cols, n, rank } = problem;
  const p = displacement(continued(problem), n);
  if (rows === cols) {
    const generators = balanced(p, problem);
    return { g: scaledToTarget(generators, problem), h: generators.h };
  }
  const unknown = new Float64Array(rank * n);
  // Row i of the displacement is made of rows i − 1 and i of the matrix, column j of columns j and j + 1.
  return rows < cols
    ? { g: unknown, h: leadingRows(p, 1, rows, problem) }
    : { g: leadingRows(transposed(p, n, n), 0, cols - 1, problem), h: unknown };
}

/** A square [n, n] around the matrix: its diagonals go on, so that what is new adds little to the displacement. */
function continued({ matrix, rows, cols, n }: Problem): Float64Array {
  const square = new Float64Array(n * n);
  for (let i = 0; i < rows; i++) square.set(matrix.subarray(i * cols, (i + 1) * cols), i * n);
  for (let i = rows; i < n; i++) {
    const above = square.subarray((i - 1) * n, i * n);
    square.set(above.subarray(0, n - 1), i * n + 1);
    square[i * n] = -above[n - 1];
  }
  for (let j = cols; j < n; j++) {
    for (let i = 0; i < n; i++) square[i * n + j] = square[((i + n - 1) % n) * n + j - 1];
  }
  return square;
}

/** Z₁M − M Z₋₁ of a square matrix. */
function displacement(m: Float64Array, n: number): Float64Array {
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const above = ((i + n - 1) % n) * n;
    for (let j = 0; j < n - 1; j++) p[i * n + j] = m[above + j] - m[i * n + j + 1];
    p[i * n + n - 1] = m[above + n - 1] + m[i * n];
  }
  return p;
}

/**
 * Orthonormal rows [rank, n] that span as much as they can of rows `from` to `to` of p [n, n]; where those have a lower
 * rank, of all its rows.
 */
function leadingRows(p: Float64Array, from: number, to: number, { n, rank }: Problem): Float64Array {
  const found = new Float64Array(rank * n);
  const known = svd(p.slice(from * n, to * n), to - from, n, rank);
  found.set(known.v);
  if (known.rank < rank) {
    const inSpan = multiply(
      multiply(p, transposed(known.v, known.rank, n), n, n, known.rank),
      known.v,
      n,
      known.rank,
      n,
    );
    const rest = p.map((value, i) => value - inSpan[i]);
    found.set(svd(rest, n, n, rank - known.rank).v, known.rank * n);
  }
  return found;
}

/** g times the factor that brings the whole matrix nearest to its target: cutting the displacement can make it too large. */
function scaledToTarget({ g, h }: Generators, problem: Problem): Float64Array {
  const found = matrixOf(outerProducts(g, h, problem), problem);
  const square = dot(found, found);
  const factor = square === 0 ? 0 : dot(found, problem.matrix) / square;
  return g.map((value) => factor * value);
}

/** The same displacement from sides of which `fixed` [rank, n] is orthonormal, so that conjugate gradients are quick. */
function orthonormalised(
  fixed: Float64Array,
  free: Float64Array,
  { n, rank }: Problem,
): [Float64Array, Float64Array] {
  const { rank: found, values, u, v } = svd(fixed, rank, n);
  const [rows, coefficients] = [new Float64Array(rank * n), new Float64Array(rank * n)];
  rows.set(v);
  const mixed = multiply(u, free, found, rank, n);
  coefficients.set(mixed.map((value, i) => values[Math.floor(i / n)] * value));
  return [rows, coefficients];
}

/** The map from one side's generators to the matrix [rows, cols], the other side being `fixed`. */
function productWith(fixed: Float64Array, side: 'g' | 'h', problem: Problem): LinearOperator {
  const { rows, cols, n, rank } = problem;
  return {
    apply: (x) =>
      matrixOf(side === 'g' ? outerProducts(x, fixed, problem) : outerProducts(fixed, x, problem), problem),
    applyTranspose(y) {
      const [whole, p] = [new Float64Array(n * n), new Float64Array(n * n)];
      for (let i = 0; i < rows; i++) whole.set(y.subarray(i * cols, (i + 1) * cols), i * n);
      fromDisplacementTranspose(whole, p, n);
      return multiply(fixed, side === 'g' ? transposed(p, n, n) : p, rank, n, n);
    },
  };
}

/** Σ g_i h_iᵀ [n, n] */
const outerProducts = (g: Float64Array, h: Float64Array, { n, rank }: Problem): Float64Array =>
  multiply(transposed(g, rank, n), h, n, rank, n);

/** The top left part [rows, cols] of the matrix whose displacement is p. */
function matrixOf(p: Float64Array, { rows, cols, n }: Problem): Float64Array {
  const whole = new Float64Array(n * n);
  fromDisplacement(p, whole, n);
  const part = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) part.set(whole.subarray(i * n, i * n + cols), i * cols);
  return part;
}

/** Generators of the nearest displacement of rank at most `rank`, neither side larger than the other. */
function balanced(p: Float64Array, { n, rank }: Problem): Generators {
  const { left, right } = lowRankFactors(p, n, n, rank);
  return { g: transposed(left, n, rank), h: right };
}
