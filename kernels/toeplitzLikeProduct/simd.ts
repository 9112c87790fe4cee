import { chunkBytes, correlate, loadRows, storeRows } from '../fft/chunk.simd';
import { halfOf } from '../fft/simd';
import { transform, transformAndAdd, transformBack, transformBackTimes } from '../fft/transform.simd';

/** See toeplitzLikeProduct/reference.ts. */
export function toeplitzLikeProduct(
  batch: usize,
  n: usize,
  blocks: usize,
  rank: usize,
  twiddles: usize,
  gSpectra: usize,
  hSpectra: usize,
  x: usize,
  xRow: usize,
  cols: usize,
  y: usize,
  yRow: usize,
  rows: usize,
  accumulate: i32,
  saved: usize,
  keep: i32,
  work: usize,
): void {
  const skewed = halfOf(twiddles, n, 1);
  const size = chunkBytes(n);
  const sum = work;
  let input = work + size;
  let inner = input + size;
  for (let first: usize = 0; first < batch; first += 8) {
    const count = min<usize>(8, batch - first);
    if (keep) {
      input = saved;
      inner = saved + size;
    }
    loadRows(n, count, x + ((first * xRow) << 2), xRow << 2, cols, input);
    transform(n, skewed, input);
    let to = y + ((first * yRow) << 2);
    let at: usize = 0;
    for (let block: usize = 0; block < blocks; block++) {
      memory.fill(sum, 0, size);
      for (let term: usize = 0; term < rank; term++) {
        transformBackTimes(n, skewed, input, hSpectra + at, false, inner);
        transformAndAdd(n, twiddles, inner, gSpectra + at, false, sum);
        at += n << 3;
        if (keep) inner += size;
      }
      transformBack(n, twiddles, sum);
      storeRows(count, sum, to, yRow << 2, rows, accumulate != 0);
      to += rows << 2;
    }
    saved = inner;
  }
}

/** See toeplitzLikeProduct/reference.ts. */
export function toeplitzLikeProductGrad(
  batch: usize,
  n: usize,
  blocks: usize,
  rank: usize,
  twiddles: usize,
  gSpectra: usize,
  hSpectra: usize,
  saved: usize,
  dy: usize,
  dyRow: usize,
  rows: usize,
  dx: usize,
  dxRow: usize,
  cols: usize,
  dGSpectra: usize,
  dHSpectra: usize,
  work: usize,
): void {
  const skewed = halfOf(twiddles, n, 1);
  const size = chunkBytes(n);
  const dInput = work;
  const dOutput = work + size;
  const inner = dOutput + size;
  for (let first: usize = 0; first < batch; first += 8) {
    const count = min<usize>(8, batch - first);
    const input = saved;
    saved += size;
    memory.fill(dInput, 0, size);
    let from = dy + ((first * dyRow) << 2);
    let at: usize = 0;
    for (let block: usize = 0; block < blocks; block++) {
      loadRows(n, count, from, dyRow << 2, rows, dOutput);
      transform(n, twiddles, dOutput);
      for (let term: usize = 0; term < rank; term++) {
        correlate(n, saved, dOutput, dGSpectra + at);
        transformBackTimes(n, twiddles, dOutput, gSpectra + at, true, inner);
        transformAndAdd(n, skewed, inner, hSpectra + at, true, dInput);
        correlate(n, input, inner, dHSpectra + at);
        at += n << 3;
        saved += size;
      }
      from += rows << 2;
    }
    transformBack(n, skewed, dInput);
    storeRows(count, dInput, dx + ((first * dxRow) << 2), dxRow << 2, cols, true);
  }
}
