import { chunkBytes, loadRows, storeRows } from '../fft/chunk.simd';
import { halfOf } from '../fft/simd';
import { transform, transformBack } from '../fft/transform.simd';
import { madd, nmadd } from '../vector.simd';

/** See spectralMatvec/reference.ts. */
export function circulantMatvec(
  n: usize,
  blocks: usize,
  skew: i32,
  twiddles: usize,
  spectra: usize,
  x: usize,
  cols: usize,
  y: usize,
  rows: usize,
  accumulate: i32,
  work: usize,
): void {
  const table = halfOf(twiddles, n, skew);
  const size = chunkBytes(n);
  const product = work + size;
  loadRows(n, 4, x, 0, cols, work);
  transform(n, table, work);
  for (let first: usize = 0; first < blocks; first += 4) {
    multiplyLanes(n, work, spectra, product, false);
    transformBack(n, table, product);
    storeRows(min<usize>(4, blocks - first), product, y, rows << 2, rows, accumulate != 0);
    spectra += size;
    y += rows << 4;
  }
}

/** See spectralMatvec/reference.ts. */
export function toeplitzLikeMatvec(
  n: usize,
  blocks: usize,
  rank: usize,
  twiddles: usize,
  gSpectra: usize,
  hSpectra: usize,
  x: usize,
  cols: usize,
  y: usize,
  rows: usize,
  accumulate: i32,
  work: usize,
): void {
  const skewed = halfOf(twiddles, n, 1);
  const size = chunkBytes(n);
  const inner = work + size;
  const sum = inner + size;
  loadRows(n, 4, x, 0, cols, work);
  transform(n, skewed, work);
  for (let first: usize = 0; first < blocks; first += 4) {
    if (rank == 0) memory.fill(sum, 0, size);
    for (let term: usize = 0; term < rank; term++) {
      multiplyLanes(n, work, hSpectra, inner, false);
      transformBack(n, skewed, inner);
      transform(n, twiddles, inner);
      multiplyLanes(n, inner, gSpectra, sum, term > 0);
      gSpectra += size;
      hSpectra += size;
    }
    transformBack(n, twiddles, sum);
    storeRows(min<usize>(4, blocks - first), sum, y, rows << 2, rows, accumulate != 0);
    y += rows << 4;
  }
}

/** y = or += x∘spectra, lane by lane. */
@inline
function multiplyLanes(n: usize, x: usize, spectra: usize, y: usize, accumulate: bool): void {
  for (const end = x + chunkBytes(n); x < end; x += 32) {
    const r = v128.load(x), i = v128.load(x, 16);
    const c = v128.load(spectra), s = v128.load(spectra, 16);
    let sumR = f32x4.mul(r, c), sumI = f32x4.mul(r, s);
    if (accumulate) {
      sumR = f32x4.add(sumR, v128.load(y));
      sumI = f32x4.add(sumI, v128.load(y, 16));
    }
    v128.store(y, nmadd(i, s, sumR));
    v128.store(y, madd(i, c, sumI), 16);
    spectra += 32;
    y += 32;
  }
}
