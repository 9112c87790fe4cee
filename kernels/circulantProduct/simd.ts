import { chunkBytes, correlate, loadRows, storeRows } from '../fft/chunk.simd';
import { halfOf } from '../fft/simd';
import { transform, transformAndAdd, transformBack, transformBackTimes } from '../fft/transform.simd';

/** See circulantProduct/reference.ts. */
export function circulantProduct(
  batch: usize,
  n: usize,
  blocks: usize,
  skew: i32,
  twiddles: usize,
  spectra: usize,
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
  const table = halfOf(twiddles, n, skew);
  const size = chunkBytes(n);
  for (let first: usize = 0; first < batch; first += 8) {
    const count = min<usize>(8, batch - first);
    const input = keep ? saved : work + size;
    loadRows(n, count, x + ((first * xRow) << 2), xRow << 2, cols, input);
    transform(n, table, input);
    let to = y + ((first * yRow) << 2);
    for (let block: usize = 0; block < blocks; block++) {
      transformBackTimes(n, table, input, spectra + ((block * n) << 3), false, work);
      storeRows(count, work, to, yRow << 2, rows, accumulate != 0);
      to += rows << 2;
    }
    saved += size;
  }
}

/** See circulantProduct/reference.ts. */
export function circulantProductGrad(
  batch: usize,
  n: usize,
  blocks: usize,
  skew: i32,
  twiddles: usize,
  spectra: usize,
  saved: usize,
  dy: usize,
  dyRow: usize,
  rows: usize,
  dx: usize,
  dxRow: usize,
  cols: usize,
  dSpectra: usize,
  work: usize,
): void {
  const table = halfOf(twiddles, n, skew);
  const size = chunkBytes(n);
  const dInput = work + size;
  for (let first: usize = 0; first < batch; first += 8) {
    const count = min<usize>(8, batch - first);
    memory.fill(dInput, 0, size);
    let from = dy + ((first * dyRow) << 2);
    for (let block: usize = 0; block < blocks; block++) {
      const at = (block * n) << 3;
      loadRows(n, count, from, dyRow << 2, rows, work);
      transformAndAdd(n, table, work, spectra + at, true, dInput);
      correlate(n, saved, work, dSpectra + at);
      from += rows << 2;
    }
    transformBack(n, table, dInput);
    storeRows(count, dInput, dx + ((first * dxRow) << 2), dxRow << 2, cols, true);
    saved += size;
  }
}
