import { correlate, loadRows, multiplySpectrum, storeRows, transform, transformBack } from '../fft/chunk.ts';
import { chunkRows, chunkSize, spectrumSize } from '../fft/layout.ts';
import type { FloatArray } from '../types.ts';

/**
 * Products of rows with several Toeplitz-like matrices of size n (Sindhwani, Sainath and Kumar, 2015):
 *
 *     y[b, block·rows + i] = or += (½ Σ_t Z₁(g_t) Z₋₁(J h_t) x_b)[i],  i < rows ≤ n,  t over `rank` terms of the block.
 *
 * x, y and `accumulate` as of `circulantProduct`. `gSpectra` `[blocks, rank, n, 2]` are those of g `[blocks, rank, n]` that
 * `spectrum` makes with scale 1/(2n), `hSpectra` those of h with scale 1/n, skew and reversed. With F for xⁿ = 1
 * and S for xⁿ = −1 in place of 1:
 *
 *     x̂ = S x,    v_t = F S*(ĥ_t∘x̂),    y = F* Σ_t ĝ_t∘v_t,
 *
 * which is 1 transform, shared by all blocks, and 2·rank + 1 a block. x̂ and v are written to `saved`
 * (`toeplitzLikeSavedSize` floats) for the gradient, unless `keep` is 0. `work` is `transformWorkspaceSize(n)` floats.
 */
export function toeplitzLikeProduct(
  batch: number,
  n: number,
  blocks: number,
  rank: number,
  twiddles: FloatArray,
  gSpectra: FloatArray,
  hSpectra: FloatArray,
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
  const [sum, inputRoom, innerRoom] = thirds(work, size);
  let next = 0;
  for (let first = 0; first < batch; first += chunkRows) {
    const count = Math.min(chunkRows, batch - first);
    const input = keep ? saved.subarray(next, next + size) : inputRoom;
    next += size;
    loadRows(n, count, x.subarray(first * xRow), xRow, cols, input);
    transform(n, 1, twiddles, input);
    for (let block = 0; block < blocks; block++) {
      sum.fill(0);
      for (let term = block * rank; term < (block + 1) * rank; term++) {
        const at = term * spectrumSize(n);
        const inner = keep ? saved.subarray(next, next + size) : innerRoom;
        next += size;
        multiplySpectrum(n, input, hSpectra.subarray(at), inner, false, false);
        transformBack(n, 1, twiddles, inner);
        transform(n, 0, twiddles, inner);
        multiplySpectrum(n, inner, gSpectra.subarray(at), sum, false, true);
      }
      transformBack(n, 0, twiddles, sum);
      storeRows(count, sum, y.subarray(first * yRow + block * rows), yRow, rows, accumulate);
    }
  }
}

/**
 * Gradient of `toeplitzLikeProduct`, from what it saved and dy `[batch, blocks·rows]`. dx `[batch, cols]`, dGSpectra and
 * dHSpectra `[blocks, rank, n, 2]` are added to, the latter two by sums over the rows (see `circulantProductGrad`):
 *
 *     ŷ = F dy,    s_t = S F*(conj(ĝ_t)∘ŷ),    dx += S* Σ conj(ĥ_t)∘s_t,
 *     dĝ_t += Σ_b conj(v_t)∘ŷ,    dĥ_t += Σ_b conj(x̂)∘s_t.
 */
export function toeplitzLikeProductGrad(
  batch: number,
  n: number,
  blocks: number,
  rank: number,
  twiddles: FloatArray,
  gSpectra: FloatArray,
  hSpectra: FloatArray,
  saved: FloatArray,
  dy: FloatArray,
  dyRow: number,
  rows: number,
  dx: FloatArray,
  dxRow: number,
  cols: number,
  dGSpectra: FloatArray,
  dHSpectra: FloatArray,
  work: FloatArray,
): void {
  const size = chunkSize(n);
  const [dInput, dOutput, inner] = thirds(work, size);
  let next = 0;
  for (let first = 0; first < batch; first += chunkRows) {
    const count = Math.min(chunkRows, batch - first);
    const input = saved.subarray(next, next + size);
    next += size;
    dInput.fill(0);
    for (let block = 0; block < blocks; block++) {
      loadRows(n, count, dy.subarray(first * dyRow + block * rows), dyRow, rows, dOutput);
      transform(n, 0, twiddles, dOutput);
      for (let term = block * rank; term < (block + 1) * rank; term++) {
        const at = term * spectrumSize(n);
        correlate(n, saved.subarray(next, next + size), dOutput, dGSpectra.subarray(at));
        next += size;
        multiplySpectrum(n, dOutput, gSpectra.subarray(at), inner, true, false);
        transformBack(n, 0, twiddles, inner);
        transform(n, 1, twiddles, inner);
        correlate(n, input, inner, dHSpectra.subarray(at));
        multiplySpectrum(n, inner, hSpectra.subarray(at), dInput, true, true);
      }
    }
    transformBack(n, 1, twiddles, dInput);
    storeRows(count, dInput, dx.subarray(first * dxRow), dxRow, cols, 1);
  }
}

/** Three chunks, one after the other. */
function thirds(work: FloatArray, size: number): [FloatArray, FloatArray, FloatArray] {
  return [work.subarray(0, size), work.subarray(size, 2 * size), work.subarray(2 * size, 3 * size)];
}
