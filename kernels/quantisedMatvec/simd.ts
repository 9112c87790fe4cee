import { load, loadTail, madd, maxLanes, store } from '../vector.simd';

/** See quantisedMatvec/reference.ts. */
export function quantisedMatvec(
  rows: usize,
  cols: usize,
  panels: usize,
  scales: usize,
  x: usize,
  y: usize,
  accumulate: i32,
  work: usize,
): void {
  if (cols == 0) {
    if (accumulate == 0) memory.fill(y, 0, rows << 2);
    return;
  }
  const step = f32x4.splat(quantise(x, cols, work));
  const keep = accumulate != 0;
  const pairs = (cols + 1) >> 1;
  for (; rows >= 24; rows -= 24) {
    multiplyWide(pairs, panels, work, y, scales, step, keep);
    panels += pairs * 48;
    scales += 96;
    y += 96;
  }
  while (rows > 0) {
    const count = min<usize>(8, rows);
    multiplyNarrow(pairs, panels, work, y, scales, step, count, keep);
    panels += pairs << 4;
    scales += 32;
    y += 32;
    rows -= count;
  }
}

/** Writes x as 16-bit integers, a 0 after an odd number of them, and returns what one unit is worth. */
function quantise(x: usize, n: usize, to: usize): f32 {
  let largest = f32x4.splat(0);
  let from = x;
  let left = n;
  for (; left >= 4; left -= 4) {
    largest = f32x4.max(largest, f32x4.abs(v128.load(from)));
    from += 16;
  }
  if (left > 0) largest = f32x4.max(largest, f32x4.abs(loadTail(from, left)));
  const most = maxLanes(largest);
  const levels = <f32>min<i32>(32767, 0x7fffffff / (127 * <i32>n));
  const units = f32x4.splat(levels / most);
  const high = f32x4.splat(levels);
  const low = f32x4.splat(-levels);
  from = x;
  for (left = n; left >= 4; left -= 4) {
    v128.store64_lane(to, integers(v128.load(from), units, low, high), 0);
    from += 16;
    to += 8;
  }
  if (left > 0) {
    const q = integers(loadTail(from, left), units, low, high);
    v128.store16_lane(to, q, 0);
    if (left > 1) v128.store16_lane(to, q, 1, 2);
    if (left > 2) v128.store16_lane(to, q, 2, 4);
    if (left & 1) i32.store16(to + (left << 1), 0);
  }
  return most / levels;
}

/** Four numbers in whole units, twice. Where the unit is 0 they are any integers in the range, where x is 0 or no number 0. */
@inline
function integers(x: v128, units: v128, low: v128, high: v128): v128 {
  const rounded = f32x4.nearest(f32x4.mul(x, units));
  const q = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.max(rounded, low), high));
  return i16x8.narrow_i32x4_s(q, q);
}

/** s + Q·x for four rows and two columns: the next eight weights, widened, times a pair of x in every lane. */
@inline
function add(s: v128, x: v128, weights: v128): v128 {
  return i32x4.add(s, i32x4.dot_i16x8_s(x, weights));
}

/** y[24] (+)= scales∘(panel·x)·step; exits as in matvec. */
function multiplyWide(pairs: usize, w: usize, x: usize, y: usize, scales: usize, step: v128, keep: bool): void {
  let s0 = i32x4.splat(0), s1 = i32x4.splat(0), s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0), s4 = i32x4.splat(0), s5 = i32x4.splat(0);
  const end = x + (pairs << 2);
  while (true) {
    let v = v128.load32_splat(x);
    s0 = add(s0, v, v128.load8x8_s(w)); s1 = add(s1, v, v128.load8x8_s(w, 8));
    s2 = add(s2, v, v128.load8x8_s(w, 16)); s3 = add(s3, v, v128.load8x8_s(w, 24));
    s4 = add(s4, v, v128.load8x8_s(w, 32)); s5 = add(s5, v, v128.load8x8_s(w, 40));
    if (x + 4 >= end) break;

    v = v128.load32_splat(x, 4);
    s0 = add(s0, v, v128.load8x8_s(w, 48)); s1 = add(s1, v, v128.load8x8_s(w, 56));
    s2 = add(s2, v, v128.load8x8_s(w, 64)); s3 = add(s3, v, v128.load8x8_s(w, 72));
    s4 = add(s4, v, v128.load8x8_s(w, 80)); s5 = add(s5, v, v128.load8x8_s(w, 88));
    x += 8;
    w += 96;
    if (x >= end) break;
  }
  put(y, scales, s0, step, 4, keep); put(y + 16, scales + 16, s1, step, 4, keep);
  put(y + 32, scales + 32, s2, step, 4, keep); put(y + 48, scales + 48, s3, step, 4, keep);
  put(y + 64, scales + 64, s4, step, 4, keep); put(y + 80, scales + 80, s5, step, 4, keep);
}

/** y[count] (+)= scales∘(panel·x)·step, count ≤ 8; sums for every fourth pair as in matvec. */
function multiplyNarrow(
  pairs: usize, w: usize, x: usize, y: usize, scales: usize, step: v128, count: usize, keep: bool,
): void {
  let a0 = i32x4.splat(0), b0 = i32x4.splat(0), a1 = i32x4.splat(0), b1 = i32x4.splat(0);
  let a2 = i32x4.splat(0), b2 = i32x4.splat(0), a3 = i32x4.splat(0), b3 = i32x4.splat(0);
  const end = x + (pairs << 2);
  while (true) {
    let v = v128.load32_splat(x);
    let q = v128.load(w);
    a0 = add(a0, v, i16x8.extend_low_i8x16_s(q)); b0 = add(b0, v, i16x8.extend_high_i8x16_s(q));
    if (x + 4 >= end) break;

    v = v128.load32_splat(x, 4);
    q = v128.load(w, 16);
    a1 = add(a1, v, i16x8.extend_low_i8x16_s(q)); b1 = add(b1, v, i16x8.extend_high_i8x16_s(q));
    if (x + 8 >= end) break;

    v = v128.load32_splat(x, 8);
    q = v128.load(w, 32);
    a2 = add(a2, v, i16x8.extend_low_i8x16_s(q)); b2 = add(b2, v, i16x8.extend_high_i8x16_s(q));
    if (x + 12 >= end) break;

    v = v128.load32_splat(x, 12);
    q = v128.load(w, 48);
    a3 = add(a3, v, i16x8.extend_low_i8x16_s(q)); b3 = add(b3, v, i16x8.extend_high_i8x16_s(q));
    x += 16;
    w += 64;
    if (x >= end) break;
  }
  put(y, scales, i32x4.add(i32x4.add(a0, a1), i32x4.add(a2, a3)), step, min<usize>(4, count), keep);
  if (count > 4) {
    put(y + 16, scales + 16, i32x4.add(i32x4.add(b0, b1), i32x4.add(b2, b3)), step, count - 4, keep);
  }
}

/** y (+)= scales∘s·step over up to four lanes. */
@inline
function put(y: usize, scales: usize, s: v128, step: v128, lanes: usize, keep: bool): void {
  const unit = f32x4.mul(load(scales, lanes), step);
  const sum = f32x4.convert_i32x4_s(s);
  store(y, keep ? madd(sum, unit, load(y, lanes)) : f32x4.mul(sum, unit), lanes);
}
