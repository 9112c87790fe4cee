import { correlate, loadRows, multiplySpectrum, storeRows, transform, transformBack } from '../fft/chunk.ts';
import { chunkRows, chunkSize, spectrumSize } from '../fft/layout.ts';
import type { FloatArray } from '../types.ts';

/**
 * Products of rows with several circulant matrices, or skew-circulant ones when `skew` is not 0, of size n:
 *
 *     y[b, block·rows + i] = or += (Z_f(v_block) x_b)[i],  i < rows ≤ n,  f = 1 or −1.
 *
 * x `[batch, cols]` with x[b·xRow + k], cols ≤ n, is padded with zeros to n; y is `[batch, blocks·rows]` with
 * y[b·yRow + j], added to when `accumulate` is not 0. `spectra` `[blocks, n, 2]` are those of v `[blocks, n]` that
 * `spectrum` makes with scale 1/n. F turns Z_f(v) into a product of numbers: Z_f(v) x = F*(spectrum∘F x); all blocks
 * share F x. It is written to `saved` (`circulantSavedSize(batch, n)` floats) for the gradient, unless `keep` is 0.
 * `work` is `transformWorkspaceSize(n)` floats.
 */
export function circulantProduct(
  batch: number,
  n: number,
  blocks: number,
  skew: number,
  twiddles: FloatArray,
  spectra: FloatArray,
  x: FloatArray,
  xRow: number,
  cols: number,
  y: FloatArray,
  yRow: number,
  rows: number,
  accumulate: number,
  saved: FloatArray,
  keep: number,
  work: FloatArray,
): void {
  const size = chunkSize(n);
  const product = work.subarray(0, size);
  for (let first = 0; first < batch; first += chunkRows) {
    const count = Math.min(chunkRows, batch - first);
    const input = keep ? saved.subarray(first * n, first * n + size) : work.subarray(size, 2 * size);
    loadRows(n, count, x.subarray(first * xRow), xRow, cols, input);
    transform(n, skew, twiddles, input);
    for (let block = 0; block < blocks; block++) {
      multiplySpectrum(n, input, spectra.subarray(block * spectrumSize(n)), product, false, false);
      transformBack(n, skew, twiddles, product);
      storeRows(count, product, y.subarray(first * yRow + block * rows), yRow, rows, accumulate);
    }
  }
}

/**
 * Gradient of `circulantProduct`, from what it saved and dy `[batch, blocks·rows]`: dx `[batch, cols]` is added to,
 * with dx[b·dxRow + k], and so is dSpectra `[blocks, n, 2]`, the gradient of the spectra summed over the rows:
 *
 *     dx_b += F* Σ_block conj(spectrum)∘F dy,    dSpectrum += Σ_b conj(F x_b)∘F dy_b.
 *
 * Two rows that share a transform leave their cross terms in dSpectra; F* makes them imaginary, and `spectrumGrad` drops them.
 */
export function circulantProductGrad(
  batch: number,
  n: number,
  blocks: number,
  skew: number,
  twiddles: FloatArray,
  spectra: FloatArray,
  saved: FloatArray,
  dy: FloatArray,
  dyRow: number,
  rows: number,
  dx: FloatArray,
  dxRow: number,
  cols: number,
  dSpectra: FloatArray,
  work: FloatArray,
): void {
  const size = chunkSize(n);
  const [dOutput, dInput] = [work.subarray(0, size), work.subarray(size, 2 * size)];
  for (let first = 0; first < batch; first += chunkRows) {
    const count = Math.min(chunkRows, batch - first);
    dInput.fill(0);
    for (let block = 0; block < blocks; block++) {
      const at = block * spectrumSize(n);
      loadRows(n, count, dy.subarray(first * dyRow + block * rows), dyRow, rows, dOutput);
      transform(n, skew, twiddles, dOutput);
      correlate(n, saved.subarray(first * n), dOutput, dSpectra.subarray(at));
      multiplySpectrum(n, dOutput, spectra.subarray(at), dInput, true, true);
    }
    transformBack(n, skew, twiddles, dInput);
    storeRows(count, dInput, dx.subarray(first * dxRow), dxRow, cols, 1);
  }
}
