import { loadRows, storeRows, transform, transformBack } from '../fft/chunk.ts';
import { chunkRows, chunkSize } from '../fft/layout.ts';
import type { FloatArray } from '../types.ts';
import { spectralLanes } from './layout.ts';

/**
 * `circulantProduct` for one vector: y `[blocks·rows]`, x `[cols]`. Where that transforms a row in each lane, this
 * transforms x once and then four blocks together: `spectra` are those of `circulantProduct`, interleaved by
 * `interleaveSpectra` as of one term. `work` is `transformWorkspaceSize(n)` floats.
 */
export function circulantMatvec(
  n: number,
  blocks: number,
  skew: number,
  twiddles: FloatArray,
  spectra: FloatArray,
  x: FloatArray,
  cols: number,
  y: FloatArray,
  rows: number,
  accumulate: number,
  work: FloatArray,
): void {
  const size = chunkSize(n);
  const [input, product] = [work.subarray(0, size), work.subarray(size, 2 * size)];
  loadRows(n, spectralLanes, x, 0, cols, input);
  transform(n, skew, twiddles, input);
  for (let first = 0; first < blocks; first += spectralLanes) {
    product.fill(0);
    multiplyLanes(n, input, spectra.subarray((first / spectralLanes) * size), product);
    transformBack(n, skew, twiddles, product);
    const count = Math.min(spectralLanes, blocks - first);
    storeRows(count, product, y.subarray(first * rows), rows, rows, accumulate);
  }
}

/** `toeplitzLikeProduct` for one vector, with its spectra interleaved; otherwise as `circulantMatvec`. */
export function toeplitzLikeMatvec(
  n: number,
  blocks: number,
  rank: number,
  twiddles: FloatArray,
  gSpectra: FloatArray,
  hSpectra: FloatArray,
  x: FloatArray,
  cols: number,
  y: FloatArray,
  rows: number,
  accumulate: number,
  work: FloatArray,
): void {
  const size = chunkSize(n);
  const [input, inner, sum] = [0, 1, 2].map((part) => work.subarray(part * size, (part + 1) * size));
  loadRows(n, spectralLanes, x, 0, cols, input);
  transform(n, 1, twiddles, input);
  for (let first = 0; first < blocks; first += spectralLanes) {
    sum.fill(0);
    for (let term = 0; term < rank; term++) {
      const at = ((first / spectralLanes) * rank + term) * size;
      inner.fill(0);
      multiplyLanes(n, input, hSpectra.subarray(at), inner);
      transformBack(n, 1, twiddles, inner);
      transform(n, 0, twiddles, inner);
      multiplyLanes(n, inner, gSpectra.subarray(at), sum);
    }
    transformBack(n, 0, twiddles, sum);
    const count = Math.min(spectralLanes, blocks - first);
    storeRows(count, sum, y.subarray(first * rows), rows, rows, accumulate);
  }
}

/** y += x∘spectra, lane by lane. */
function multiplyLanes(n: number, x: FloatArray, spectra: FloatArray, y: FloatArray): void {
  for (let k = 0; k < n; k++) {
    for (let lane = 0; lane < spectralLanes; lane++) {
      const [re, im] = [k * chunkRows + lane, k * chunkRows + spectralLanes + lane];
      y[re] += x[re] * spectra[re] - x[im] * spectra[im];
      y[im] += x[re] * spectra[im] + x[im] * spectra[re];
    }
  }
}
