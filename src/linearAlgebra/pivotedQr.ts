import { dot } from './matrix.ts';

/** A P = Q R of rank k: R [k, cols], upper trapezoidal, and Q as the reflections that it is a product of. */
export interface PivotedQr {
  readonly rank: number;
  /** R [rank, cols], row-major; its columns stand in the order `order`. */
  readonly r: Float64Array;
  /** Which column of A column j of R belongs to. */
  readonly order: Int32Array;
  /** Q times a vector whose first `rank` entries are given: an array of `rows` entries. */
  applyQ(head: Float64Array): Float64Array;
}

/**
 * QR decomposition by Householder reflections with column pivoting (Businger & Golub 1965). `columns` [cols, rows] holds
 * the columns of A one after the other, cols ≤ rows, and is overwritten. What is left when every remaining column is
 * shorter than cols · ε times the longest column of A counts as zero, which decides the rank.
 */
export function pivotedQr(columns: Float64Array, rows: number, cols: number): PivotedQr {
  const column = (j: number, from: number) => columns.subarray(j * rows + from, (j + 1) * rows);
  const order = Int32Array.from({ length: cols }, (_, j) => j);
  const left = Float64Array.from({ length: cols }, (_, j) => dot(column(j, 0), column(j, 0)));
  // Subtracting from a squared norm loses digits: below a thousandth of this it is computed anew.
  const computed = left.slice();
  const scales = new Float64Array(cols);
  let rank = 0;
  let smallest = 0;
  for (; rank < cols; rank++) {
    const pivot = longest(left, rank);
    if (rank === 0) smallest = (cols * Number.EPSILON) ** 2 * left[pivot];
    if (left[pivot] <= smallest) break;
    swap(columns, rows, rank, pivot);
    for (const list of [order, left, computed]) [list[rank], list[pivot]] = [list[pivot], list[rank]];

    const own = column(rank, rank);
    const length = Math.sqrt(dot(own, own));
    const diagonal = own[0] > 0 ? -length : length;
    // The reflection I − scale v vᵀ turns the column into `diagonal` times the first unit vector.
    own[0] -= diagonal;
    scales[rank] = 1 / (length * Math.abs(own[0]));
    for (let j = rank + 1; j < cols; j++) {
      const other = column(j, rank);
      reflect(other, own, scales[rank]);
      left[j] -= other[0] ** 2;
      if (left[j] < 1e-3 * computed[j]) {
        left[j] = computed[j] = dot(other.subarray(1), other.subarray(1));
      }
    }
    left[rank] = diagonal;
  }

  const r = new Float64Array(rank * cols);
  for (let i = 0; i < rank; i++) {
    r[i * cols + i] = left[i];
    for (let j = i + 1; j < cols; j++) r[i * cols + j] = columns[j * rows + i];
  }
  return {
    rank,
    r,
    order,
    applyQ(head) {
      const vector = new Float64Array(rows);
      vector.set(head);
      for (let i = rank - 1; i >= 0; i--) reflect(vector.subarray(i), column(i, i), scales[i]);
      return vector;
    },
  };
}

function longest(squares: Float64Array, from: number): number {
  let best = from;
  for (let j = from + 1; j < squares.length; j++) if (squares[j] > squares[best]) best = j;
  return best;
}

function swap(columns: Float64Array, rows: number, i: number, j: number): void {
  if (i === j) return;
  const held = columns.slice(i * rows, (i + 1) * rows);
  columns.copyWithin(i * rows, j * rows, (j + 1) * rows);
  columns.set(held, j * rows);
}

/** x −= scale v (v · x) */
function reflect(x: Float64Array, v: Float64Array, scale: number): void {
  const factor = scale * dot(x, v);
  for (let i = 0; i < x.length; i++) x[i] -= factor * v[i];
}
