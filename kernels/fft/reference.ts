import type { FloatArray } from '../types.ts';
import { loadRows, transform, transformBack } from './chunk.ts';
import { chunkRows, chunkSize, spectrumSize } from './layout.ts';

// A row to a chunk in place of two as one complex row, so that their transforms need not be told apart.
const rowsAtOnce = chunkRows / 2;

/**
 * Spectra of `count` rows: v `[count, n]`, spectra `[count, n, 2]` as pairs of a real and an imaginary part.
 *
 * spectra = scale·F v, where F evaluates the polynomial Σ v_k x^k at the n roots of xⁿ = 1, or of xⁿ = −1 when `skew`
 * is not 0, in an order of its own; the discrete Fourier transform, or that of v twisted by e^(−πik/n). F v is the
 * diagonal of the circulant Z₁(v), or the skew-circulant Z₋₁(v), in the basis of F, up to the factor n that F* F has;
 * hence the products take spectra with scale = 1/n. When `reversed` is not 0, v is read from its end.
 *
 * `twiddles` is `[2, n, 2]` (see layout.ts), `work` is `transformWorkspaceSize(n)` floats.
 */
export function spectrum(
  count: number,
  n: number,
  twiddles: FloatArray,
  v: FloatArray,
  spectra: FloatArray,
  scale: number,
  skew: number,
  reversed: number,
  work: FloatArray,
): void {
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first);
    loadRows(n, rows, v.subarray(first * n), n, n, work);
    if (reversed) reverse(n, work);
    transform(n, skew, twiddles, work);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < n; k++) {
        const at = (first + row) * spectrumSize(n) + 2 * k;
        spectra[at] = scale * work[k * chunkRows + row];
        spectra[at + 1] = scale * work[k * chunkRows + row + rowsAtOnce];
      }
    }
  }
}

/** Transpose of `spectrum`, hence its gradient: dv `[count, n]` = scale·Re F* dSpectra, from dSpectra `[count, n, 2]`. */
export function spectrumGrad(
  count: number,
  n: number,
  twiddles: FloatArray,
  dSpectra: FloatArray,
  dv: FloatArray,
  scale: number,
  skew: number,
  reversed: number,
  work: FloatArray,
): void {
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first);
    work.fill(0, 0, chunkSize(n));
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < n; k++) {
        const at = (first + row) * spectrumSize(n) + 2 * k;
        work[k * chunkRows + row] = dSpectra[at];
        work[k * chunkRows + row + rowsAtOnce] = dSpectra[at + 1];
      }
    }
    transformBack(n, skew, twiddles, work);
    if (reversed) reverse(n, work);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < n; k++) dv[(first + row) * n + k] = scale * work[k * chunkRows + row];
    }
  }
}

/** Turns the n elements of a chunk around. */
function reverse(n: number, chunk: FloatArray): void {
  const old = chunk.slice(0, chunkSize(n));
  for (let k = 0; k < n; k++) {
    chunk.set(old.subarray(k * chunkRows, (k + 1) * chunkRows), (n - 1 - k) * chunkRows);
  }
}
