import type { FloatArray } from '../types.ts';
import { chunkRows, chunkSize, radices, spectrumSize } from './layout.ts';

const lanes = chunkRows / 2;

/** Puts `count` ≤ 8 rows of `cols` values into a chunk: rows 0 to 3 as real parts, 4 to 7 as imaginary ones; 0 elsewhere. */
export function loadRows(
  n: number,
  count: number,
  x: FloatArray,
  xRow: number,
  cols: number,
  chunk: FloatArray,
): void {
  chunk.fill(0, 0, chunkSize(n));
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < cols; k++) chunk[k * chunkRows + row] = x[row * xRow + k];
  }
}

/** y = or += the first `rows` values of each of `count` rows of a chunk. */
export function storeRows(
  count: number,
  chunk: FloatArray,
  y: FloatArray,
  yRow: number,
  rows: number,
  accumulate: number,
): void {
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < rows; k++) {
      y[row * yRow + k] = chunk[k * chunkRows + row] + (accumulate ? y[row * yRow + k] : 0);
    }
  }
}

/**
 * Values of the polynomials in a chunk, coefficients first, at the n roots of xⁿ = 1, or of xⁿ = −1 when `skew` is
 * not 0, in place and in the order in which `twiddles` comes to them.
 */
export function transform(n: number, skew: number, twiddles: FloatArray, chunk: FloatArray): void {
  let table = skew ? spectrumSize(n) : 0;
  let length = n;
  for (const radix of radices(n)) {
    const m = length / radix;
    for (let start = 0; start < n; start += length) {
      for (let j = 0; j < m; j++) butterfly(chunk, start + j, m, radix, twiddles, table, false);
      table += 2 * (radix - 1);
    }
    length = m;
  }
}

/** The conjugate transpose of `transform`, in place: n times its inverse. */
export function transformBack(n: number, skew: number, twiddles: FloatArray, chunk: FloatArray): void {
  let table = (skew ? spectrumSize(n) : 0) + 2 * (n - 1);
  let length = 1;
  for (const radix of radices(n).reverse()) {
    const m = length;
    length *= radix;
    table -= 2 * (radix - 1) * (n / length);
    for (let start = 0; start < n; start += length) {
      const at = table + 2 * (radix - 1) * (start / length);
      for (let j = 0; j < m; j++) butterfly(chunk, start + j, m, radix, twiddles, at, true);
    }
  }
}

/**
 * On the elements z_q = chunk[first + q·m] of each lane: z_p ← Σ_q z_q·c^q·ω^pq, ω = e^(−2πi/radix); backwards its
 * conjugate transpose, z_q ← Σ_p z_p·conj(c^q·ω^pq).
 */
function butterfly(
  chunk: FloatArray,
  first: number,
  m: number,
  radix: number,
  twiddles: FloatArray,
  table: number,
  back: boolean,
): void {
  const old = Array.from({ length: radix }, (_, from) => {
    const at = (first + from * m) * chunkRows;
    return chunk.slice(at, at + chunkRows);
  });
  for (let to = 0; to < radix; to++) {
    const sum = new Float64Array(chunkRows);
    for (let from = 0; from < radix; from++) {
      const q = back ? to : from;
      const [cRe, cIm] = q === 0 ? [1, 0] : [twiddles[table + 2 * q - 2], twiddles[table + 2 * q - 1]];
      const angle = (2 * Math.PI * ((from * to) % radix)) / radix;
      const [wRe, wIm] = [Math.cos(angle), -Math.sin(angle)];
      const re = cRe * wRe - cIm * wIm;
      const im = (cRe * wIm + cIm * wRe) * (back ? -1 : 1);
      for (let lane = 0; lane < lanes; lane++) {
        const [x, y] = [old[from][lane], old[from][lane + lanes]];
        sum[lane] += x * re - y * im;
        sum[lane + lanes] += x * im + y * re;
      }
    }
    chunk.set(sum, (first + to * m) * chunkRows);
  }
}

/** y = or += x∘spectrum, or x∘conj(spectrum), in every lane; x and y are chunks. */
export function multiplySpectrum(
  n: number,
  x: FloatArray,
  spectrum: FloatArray,
  y: FloatArray,
  conjugate: boolean,
  accumulate: boolean,
): void {
  for (let k = 0; k < n; k++) {
    const [re, im] = [spectrum[2 * k], conjugate ? -spectrum[2 * k + 1] : spectrum[2 * k + 1]];
    for (let lane = 0; lane < lanes; lane++) {
      const i = k * chunkRows + lane;
      const [xRe, xIm] = [x[i], x[i + lanes]];
      y[i] = xRe * re - xIm * im + (accumulate ? y[i] : 0);
      y[i + lanes] = xRe * im + xIm * re + (accumulate ? y[i + lanes] : 0);
    }
  }
}

/** spectrum += Σ_lanes conj(x)∘y; x and y are chunks. */
export function correlate(n: number, x: FloatArray, y: FloatArray, spectrum: FloatArray): void {
  for (let k = 0; k < n; k++) {
    for (let lane = 0; lane < lanes; lane++) {
      const i = k * chunkRows + lane;
      spectrum[2 * k] += x[i] * y[i] + x[i + lanes] * y[i + lanes];
      spectrum[2 * k + 1] += x[i] * y[i + lanes] - x[i + lanes] * y[i];
    }
  }
}
