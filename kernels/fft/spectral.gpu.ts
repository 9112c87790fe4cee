import type { Gpu, GpuBuffer } from '../launch.ts';
import { contiguous, type Parts, reach } from './parts.gpu.ts';
import { transform } from './transform.gpu.ts';

/*
 * Rows in the frequency domain: two real ones are one complex row, a pair, `[pairs, parts, n, 2]`. What is said of both of a
 * pair at once, such as a gradient summed over the batch, has cross terms, which the transform back makes imaginary.
 */

/** Complex rows of a number of parts, one for each pair of a batch. */
export interface Spectral {
  readonly buffer: GpuBuffer;
  readonly parts: number;
}

const pairsOf = (batch: number): number => Math.ceil(batch / 2);

/** Floats of a batch of complex rows. */
export const spectralSize = (batch: number, n: number, parts: number): number =>
  pairsOf(batch) * parts * 2 * n;

export const spectralRows = (gpu: Gpu, batch: number, n: number, parts: number): Spectral => ({
  buffer: gpu.allocate(spectralSize(batch, n, parts)),
  parts,
});

/** Every row to the frequency domain, or `back`, in place. */
export const transformRows = (
  gpu: Gpu,
  batch: number,
  n: number,
  skew: number,
  { buffer, parts }: Spectral,
  back: boolean,
): void => transform(gpu, pairsOf(batch) * parts, n, skew, buffer, back);

const partAndElement = `
const o = Math.floor((e + 0.5) / 2);
const part = e - 2 * o;`;

/** Rows of `parts` parts as pairs, padded with zeros to n. */
export function loadPairs(gpu: Gpu, batch: number, n: number, x: Parts, { buffer, parts }: Spectral): void {
  const rows = pairsOf(batch) * parts;
  gpu.launch({
    name: 'loadPairs',
    reads: { x: [x.buffer, reach(batch, x, parts * x.per)] },
    constants: { batch, parts, width: x.width, xRow: x.row },
    threads: { e: 2 * n, row: rows },
    source: `${partAndElement}
const pair = Math.floor((row + 0.5) / $parts);
const b = 2 * pair + part;
if (b >= $batch) { return 0; }
if (o >= $width) { return 0; }
return x[b * $xRow + (row - pair * $parts) * $width + o];`,
    writes: [[buffer, rows * 2 * n]],
  });
}

/** y = or += the first values of every part of pairs. */
export function storePairs(
  gpu: Gpu,
  batch: number,
  n: number,
  { buffer, parts }: Spectral,
  y: Parts,
  accumulate: boolean,
): void {
  const size = reach(batch, y, parts * y.per);
  gpu.launch({
    name: 'storePairs',
    reads: {
      z: [buffer, pairsOf(batch) * parts * 2 * n],
      ...(accumulate ? { y: [y.buffer, size] as const } : {}),
    },
    constants: { n, parts, width: y.width, yRow: y.row },
    threads: { j: y.row, row: batch },
    source: `
const p = Math.floor((j + 0.5) / $width);
const i = j - p * $width;
const pair = Math.floor((row + 0.5) / 2);
const part = row - 2 * pair;
return ${accumulate ? 'y[row * $yRow + j] + ' : ''}z[((pair * $parts + p) * $n + i) * 2 + part];`,
    writes: [[y.buffer, contiguous(y, size, batch)]],
  });
}

/** y_p = Σ_t spectra_t∘x_q, or conj(spectra_t)∘x_q, over the terms of its part: as many for each part of x, and of y. */
export function multiplySpectra(
  gpu: Gpu,
  batch: number,
  n: number,
  terms: number,
  spectra: GpuBuffer,
  x: Spectral,
  y: Spectral,
  conjugate: boolean,
): void {
  const pairs = pairsOf(batch);
  gpu.launch({
    name: 'multiplySpectra',
    reads: { spectra: [spectra, terms * 2 * n], x: [x.buffer, pairs * x.parts * 2 * n] },
    constants: {
      twoN: 2 * n,
      xParts: x.parts,
      yParts: y.parts,
      perX: terms / x.parts,
      perY: terms / y.parts,
    },
    threads: { e: 2 * n, row: pairs * y.parts },
    source: `${partAndElement}
const pair = Math.floor((row + 0.5) / $yParts);
const sign = ${conjugate ? '1 - 2 * part' : '2 * part - 1'};
let sum = 0;
for (let t = 0; t < $perY; t++) {
  const term = (row - pair * $yParts) * $perY + t;
  const p = Math.floor((term + 0.5) / $perX);
  sum += spectra[term * $twoN + 2 * o] * x[(pair * $xParts + p) * $twoN + e];
  sum += sign * spectra[term * $twoN + 2 * o + 1] * x[(pair * $xParts + p) * $twoN + 2 * o + 1 - part];
}
return sum;`,
    writes: [[y.buffer, pairs * y.parts * 2 * n]],
  });
}

/** Pairs whose products are added up before their sum is added to the rest, which keeps the rounding errors small. */
const atOnce = 64;

/** dSpectra_t += Σ conj(x_p)∘y_q over all pairs. */
export function addCorrelations(
  gpu: Gpu,
  batch: number,
  n: number,
  terms: number,
  x: Spectral,
  y: Spectral,
  dSpectra: GpuBuffer,
): void {
  const pairs = pairsOf(batch);
  gpu.launch({
    name: 'addCorrelations',
    reads: {
      dSpectra: [dSpectra, terms * 2 * n],
      x: [x.buffer, pairs * x.parts * 2 * n],
      y: [y.buffer, pairs * y.parts * 2 * n],
    },
    constants: {
      ...{ twoN: 2 * n, pairs, atOnce, chunks: Math.ceil(pairs / atOnce) },
      ...{ xParts: x.parts, yParts: y.parts, perX: terms / x.parts, perY: terms / y.parts },
    },
    threads: { e: 2 * n, term: terms },
    source: `${partAndElement}
const p = Math.floor((term + 0.5) / $perX);
const q = Math.floor((term + 0.5) / $perY);
const sign = 1 - 2 * part;
let total = dSpectra[term * $twoN + e];
for (let chunk = 0; chunk < $chunks; chunk++) {
  let sum = 0.0;
  for (let k = 0; k < $atOnce; k++) {
    const pair = chunk * $atOnce + k;
    if (pair < $pairs) {
      sum += x[(pair * $xParts + p) * $twoN + 2 * o] * y[(pair * $yParts + q) * $twoN + e];
      sum += sign * x[(pair * $xParts + p) * $twoN + 2 * o + 1] * y[(pair * $yParts + q) * $twoN + 2 * o + 1 - part];
    }
  }
  total += sum;
}
return total;`,
    writes: [[dSpectra, terms * 2 * n]],
  });
}
