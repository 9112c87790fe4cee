import type { Gpu, GpuBuffer } from '../launch.ts';
import { contiguous, type Parts, reach } from './parts.gpu.ts';

/* Products with Z_f(w), f = 1 or −1 (skew), whose entry (i, k) is ±w[(i − k) mod n], term by term. */

/** The n-cyclic matrices of a product: w `[terms, n]`, the rows 2n floats apart, and where there is a minus above the diagonal. */
export interface Cyclic {
  readonly n: number;
  readonly terms: number;
  readonly skew: number;
  readonly w: GpuBuffer;
}

/** `factor` is w's entry for `i` and `k`, with its sign. */
const entry = (skew: number, term: string): string => `
let d = i - k;
let f = 1.0;
if (d < 0) { d += $n; ${skew ? 'f = -1.0;' : ''} }
const factor = f * w[${term} * 2 * $n + d];`;

const partOf = (term: string, per: number): string => `Math.floor((${term} + 0.5) / ${per})`;

/** Part p of y = or += Σ Z_f(w_t) x_t over the terms t with that part. */
export function multiplyCyclic(
  gpu: Gpu,
  batch: number,
  { n, terms, skew, w }: Cyclic,
  x: Parts,
  y: Parts,
  accumulate: boolean,
): void {
  const size = reach(batch, y, terms);
  gpu.launch({
    name: 'multiplyCyclic',
    reads: {
      w: [w, terms * 2 * n],
      x: [x.buffer, reach(batch, x, terms)],
      ...(accumulate ? { y: [y.buffer, size] as const } : {}),
    },
    constants: { n, cols: x.width, rows: y.width, per: y.per, xRow: x.row, yRow: y.row },
    threads: { j: size - (batch - 1) * y.row, row: batch },
    source: `
const part = Math.floor((j + 0.5) / $rows);
const i = j - part * $rows;
let sum = ${accumulate ? 'y[row * $yRow + j]' : '0'};
for (let t = 0; t < $per; t++) {
  const term = part * $per + t;
  const p = ${partOf('term', x.per)};
  for (let k = 0; k < $cols; k++) {
    ${entry(skew, 'term')}
    sum += factor * x[row * $xRow + p * $cols + k];
  }
}
return sum;`,
    writes: [[y.buffer, contiguous(y, size, batch)]],
  });
}

/** Part p of dx = or += Σ Z_f(w_t)ᵀ dy_t over the terms t with that part. */
export function multiplyCyclicTransposed(
  gpu: Gpu,
  batch: number,
  { n, terms, skew, w }: Cyclic,
  dy: Parts,
  dx: Parts,
  accumulate: boolean,
): void {
  const size = reach(batch, dx, terms);
  gpu.launch({
    name: 'multiplyCyclicTransposed',
    reads: {
      w: [w, terms * 2 * n],
      dy: [dy.buffer, reach(batch, dy, terms)],
      ...(accumulate ? { dx: [dx.buffer, size] as const } : {}),
    },
    constants: { n, cols: dx.width, rows: dy.width, per: dx.per, dxRow: dx.row, dyRow: dy.row },
    threads: { j: size - (batch - 1) * dx.row, row: batch },
    source: `
const part = Math.floor((j + 0.5) / $cols);
const k = j - part * $cols;
let sum = ${accumulate ? 'dx[row * $dxRow + j]' : '0'};
for (let t = 0; t < $per; t++) {
  const term = part * $per + t;
  const p = ${partOf('term', dy.per)};
  for (let i = 0; i < $rows; i++) {
    ${entry(skew, 'term')}
    sum += factor * dy[row * $dyRow + p * $rows + i];
  }
}
return sum;`,
    writes: [[dx.buffer, contiguous(dx, size, batch)]],
  });
}

/** dw_t += the gradient of Z_f(w_t) x_t, from dy_t, summed over the batch. */
export function addCyclicGrad(
  gpu: Gpu,
  batch: number,
  { n, terms, skew, w: dw }: Cyclic,
  x: Parts,
  dy: Parts,
): void {
  gpu.launch({
    name: 'addCyclicGrad',
    reads: {
      dw: [dw, terms * 2 * n],
      x: [x.buffer, reach(batch, x, terms)],
      dy: [dy.buffer, reach(batch, dy, terms)],
    },
    constants: { n, batch, cols: x.width, rows: dy.width, xRow: x.row, dyRow: dy.row },
    threads: { d: 2 * n, term: terms },
    source: `
if (d >= $n) { return 0; }
let sum = dw[term * 2 * $n + d];
const xPart = ${partOf('term', x.per)} * $cols;
const dyPart = ${partOf('term', dy.per)} * $rows;
for (let b = 0; b < $batch; b++) {
  let rowSum = 0.0;
  for (let k = 0; k < $cols; k++) {
    let i = k + d;
    let f = 1.0;
    if (i >= $n) { i -= $n; ${skew ? 'f = -1.0;' : ''} }
    if (i < $rows) { rowSum += f * x[b * $xRow + xPart + k] * dy[b * $dyRow + dyPart + i]; }
  }
  sum += rowSum;
}
return sum;`,
    writes: [[dw, terms * 2 * n]],
  });
}
