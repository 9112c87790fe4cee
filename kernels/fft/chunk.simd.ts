import { loadTail, madd, nmadd, storeTail } from '../vector.simd';
import { im, re } from './transform.simd';

/** Bytes of a chunk. */
@inline
export function chunkBytes(n: usize): usize {
  return n << 5;
}

/** See fft/chunk.ts; `xRow` in bytes. */
export function loadRows(n: usize, count: usize, x: usize, xRow: usize, cols: usize, chunk: usize): void {
  memory.fill(chunk + (cols << 5), 0, (n - cols) << 5);
  loadFour(min<usize>(count, 4), x, xRow, cols, chunk);
  loadFour(count > 4 ? count - 4 : 0, x + (xRow << 2), xRow, cols, chunk + 16);
}

/** Puts up to four rows into the real or the imaginary lanes of `cols` elements. */
function loadFour(count: usize, x: usize, xRow: usize, cols: usize, to: usize): void {
  const zero = f32x4.splat(0);
  while (cols > 0) {
    const lanes = min<usize>(cols, 4);
    const x1 = x + xRow;
    const x2 = x1 + xRow;
    const x3 = x2 + xRow;
    let r0 = zero, r1 = zero, r2 = zero, r3 = zero;
    if (lanes == 4) {
      if (count > 0) r0 = v128.load(x);
      if (count > 1) r1 = v128.load(x1);
      if (count > 2) r2 = v128.load(x2);
      if (count > 3) r3 = v128.load(x3);
    } else {
      if (count > 0) r0 = loadTail(x, lanes);
      if (count > 1) r1 = loadTail(x1, lanes);
      if (count > 2) r2 = loadTail(x2, lanes);
      if (count > 3) r3 = loadTail(x3, lanes);
    }
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    if (lanes > 1) v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
    if (lanes > 2) v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
    if (lanes > 3) v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    x += 16;
    to += 128;
    cols -= lanes;
  }
}

/** See fft/chunk.ts; `yRow` in bytes. */
export function storeRows(
  count: usize,
  chunk: usize,
  y: usize,
  yRow: usize,
  rows: usize,
  accumulate: bool,
): void {
  storeFour(min<usize>(count, 4), chunk, y, yRow, rows, accumulate);
  if (count > 4) storeFour(count - 4, chunk + 16, y + (yRow << 2), yRow, rows, accumulate);
}

/** Puts the first `rows` values of the real or the imaginary lanes into up to four rows. */
function storeFour(count: usize, from: usize, y: usize, yRow: usize, rows: usize, accumulate: bool): void {
  while (rows > 0) {
    const lanes = min<usize>(rows, 4);
    const k0 = v128.load(from);
    const k1 = lanes > 1 ? v128.load(from, 32) : k0;
    const k2 = lanes > 2 ? v128.load(from, 64) : k0;
    const k3 = lanes > 3 ? v128.load(from, 96) : k0;
    const low01 = v128.shuffle<f32>(k0, k1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(k2, k3, 0, 4, 1, 5);
    put(y, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), lanes, accumulate);
    if (count > 1) put(y + yRow, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), lanes, accumulate);
    if (count > 2) {
      const high01 = v128.shuffle<f32>(k0, k1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(k2, k3, 2, 6, 3, 7);
      put(y + 2 * yRow, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), lanes, accumulate);
      if (count > 3) put(y + 3 * yRow, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), lanes, accumulate);
    }
    from += 128;
    y += 16;
    rows -= lanes;
  }
}

@inline
function put(y: usize, value: v128, lanes: usize, accumulate: bool): void {
  if (lanes == 4) v128.store(y, accumulate ? f32x4.add(value, v128.load(y)) : value);
  else storeTail(y, accumulate ? f32x4.add(value, loadTail(y, lanes)) : value, lanes);
}

/** See fft/chunk.ts. */
@inline
export function multiplySpectrum(
  n: usize,
  x: usize,
  spectrum: usize,
  y: usize,
  conjugate: bool,
  accumulate: bool,
): void {
  for (const end = x + chunkBytes(n); x < end; x += 32) {
    const c = v128.load32_splat(spectrum);
    const s = v128.load32_splat(spectrum, 4);
    const r = v128.load(x);
    const i = v128.load(x, 16);
    let sumR = re(conjugate, r, i, c, s);
    let sumI = im(conjugate, r, i, c, s);
    if (accumulate) {
      sumR = f32x4.add(sumR, v128.load(y));
      sumI = f32x4.add(sumI, v128.load(y, 16));
    }
    v128.store(y, sumR);
    v128.store(y, sumI, 16);
    spectrum += 8;
    y += 32;
  }
}

/** See fft/chunk.ts. */
export function correlate(n: usize, x: usize, y: usize, spectrum: usize): void {
  for (; n >= 2; n -= 2) {
    const even = pairSums(x, y);
    const odd = pairSums(x + 32, y + 32);
    const sums = f32x4.add(v128.shuffle<f32>(even, odd, 0, 1, 4, 5), v128.shuffle<f32>(even, odd, 2, 3, 6, 7));
    v128.store(spectrum, f32x4.add(v128.load(spectrum), sums));
    x += 64;
    y += 64;
    spectrum += 16;
  }
  if (n > 0) {
    const pair = pairSums(x, y);
    const sum = f32x4.add(pair, v128.shuffle<f32>(pair, pair, 2, 3, 2, 3));
    storeTail(spectrum, f32x4.add(loadTail(spectrum, 2), sum), 2);
  }
}

/** Real and imaginary part of conj(x)·y, summed over two lanes, then over the other two. */
@inline
function pairSums(x: usize, y: usize): v128 {
  const xr = v128.load(x), xi = v128.load(x, 16);
  const yr = v128.load(y), yi = v128.load(y, 16);
  const r = madd(xi, yi, f32x4.mul(xr, yr));
  const i = nmadd(xi, yr, f32x4.mul(xr, yi));
  return f32x4.add(v128.shuffle<f32>(r, i, 0, 4, 1, 5), v128.shuffle<f32>(r, i, 2, 6, 3, 7));
}
