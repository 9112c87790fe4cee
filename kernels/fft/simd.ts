import { chunkBytes, loadRows } from './chunk.simd';
import { transform, transformBack } from './transform.simd';

/** The kernels of this file: see fft/reference.ts. */
export function spectrum(
  count: usize,
  n: usize,
  twiddles: usize,
  v: usize,
  spectra: usize,
  scale: f32,
  skew: i32,
  reversed: i32,
  work: usize,
): void {
  const table = halfOf(twiddles, n, skew);
  for (; count > 0; ) {
    const rows = min<usize>(count, 4);
    loadRows(n, rows, v, n << 2, n, work);
    if (reversed) reverse(n, work);
    transform(n, table, work);
    for (let row: usize = 0; row < rows; row++) {
      let from = work + (row << 2);
      for (const end = from + chunkBytes(n); from < end; from += 32) {
        f32.store(spectra, f32.load(from) * scale);
        f32.store(spectra, f32.load(from, 16) * scale, 4);
        spectra += 8;
      }
    }
    v += (rows * n) << 2;
    count -= rows;
  }
}

export function spectrumGrad(
  count: usize,
  n: usize,
  twiddles: usize,
  dSpectra: usize,
  dv: usize,
  scale: f32,
  skew: i32,
  reversed: i32,
  work: usize,
): void {
  const table = halfOf(twiddles, n, skew);
  for (; count > 0; ) {
    const rows = min<usize>(count, 4);
    memory.fill(work, 0, chunkBytes(n));
    for (let row: usize = 0; row < rows; row++) {
      let to = work + (row << 2);
      for (const end = to + chunkBytes(n); to < end; to += 32) {
        f32.store(to, f32.load(dSpectra));
        f32.store(to, f32.load(dSpectra, 4), 16);
        dSpectra += 8;
      }
    }
    transformBack(n, table, work);
    if (reversed) reverse(n, work);
    for (let row: usize = 0; row < rows; row++) {
      let from = work + (row << 2);
      for (const end = from + chunkBytes(n); from < end; from += 32) {
        f32.store(dv, f32.load(from) * scale);
        dv += 4;
      }
    }
    count -= rows;
  }
}

/** The constants for xⁿ = 1, or for xⁿ = −1. */
@inline
export function halfOf(twiddles: usize, n: usize, skew: i32): usize {
  return skew ? twiddles + (n << 3) : twiddles;
}

/** Turns the n elements of a chunk around. */
function reverse(n: usize, chunk: usize): void {
  let right = chunk + chunkBytes(n) - 32;
  for (let left = chunk; left < right; left += 32) {
    const r = v128.load(left);
    const i = v128.load(left, 16);
    v128.store(left, v128.load(right));
    v128.store(left, v128.load(right, 16), 16);
    v128.store(right, r);
    v128.store(right, i, 16);
    right -= 32;
  }
}
