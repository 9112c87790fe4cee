import { madd, load, store } from '../vector.simd';

/** See matvec/reference.ts. */
export function matvec(rows: usize, cols: usize, panels: usize, x: usize, y: usize, accumulate: i32): void {
  if (cols == 0) {
    if (accumulate == 0) memory.fill(y, 0, rows << 2);
    return;
  }
  const keep = accumulate != 0;
  for (; rows >= 24; rows -= 24) {
    multiplyWide(cols, panels, x, y, keep);
    panels += cols * 96;
    y += 96;
  }
  while (rows > 0) {
    const count = min<usize>(8, rows);
    multiplyNarrow(cols, panels, x, y, count, keep);
    panels += cols << 5;
    y += 32;
    rows -= count;
  }
}

/**
 * y[24] (+)= panel·x. Six sums and six loads leave V8 registers for what it moves up; with the exits between the unrolled
 * steps it moves no more than one step's (see matmul).
 */
function multiplyWide(cols: usize, w: usize, x: usize, y: usize, keep: bool): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0), s4 = f32x4.splat(0), s5 = f32x4.splat(0);
  const end = x + (cols << 2);
  while (true) {
    let v = v128.load32_splat(x);
    s0 = madd(v, v128.load(w), s0); s1 = madd(v, v128.load(w, 16), s1); s2 = madd(v, v128.load(w, 32), s2);
    s3 = madd(v, v128.load(w, 48), s3); s4 = madd(v, v128.load(w, 64), s4); s5 = madd(v, v128.load(w, 80), s5);
    if (x + 4 >= end) break;

    v = v128.load32_splat(x, 4);
    s0 = madd(v, v128.load(w, 96), s0); s1 = madd(v, v128.load(w, 112), s1); s2 = madd(v, v128.load(w, 128), s2);
    s3 = madd(v, v128.load(w, 144), s3); s4 = madd(v, v128.load(w, 160), s4); s5 = madd(v, v128.load(w, 176), s5);
    if (x + 8 >= end) break;

    v = v128.load32_splat(x, 8);
    s0 = madd(v, v128.load(w, 192), s0); s1 = madd(v, v128.load(w, 208), s1); s2 = madd(v, v128.load(w, 224), s2);
    s3 = madd(v, v128.load(w, 240), s3); s4 = madd(v, v128.load(w, 256), s4); s5 = madd(v, v128.load(w, 272), s5);
    if (x + 12 >= end) break;

    v = v128.load32_splat(x, 12);
    s0 = madd(v, v128.load(w, 288), s0); s1 = madd(v, v128.load(w, 304), s1); s2 = madd(v, v128.load(w, 320), s2);
    s3 = madd(v, v128.load(w, 336), s3); s4 = madd(v, v128.load(w, 352), s4); s5 = madd(v, v128.load(w, 368), s5);
    x += 16;
    w += 384;
    if (x >= end) break;
  }
  put(y, s0, 4, keep); put(y + 16, s1, 4, keep); put(y + 32, s2, 4, keep);
  put(y + 48, s3, 4, keep); put(y + 64, s4, 4, keep); put(y + 80, s5, 4, keep);
}

/** y[count] (+)= panel·x, count ≤ 8; four pairs of sums, one for every fourth column, hide the latency of the additions. */
function multiplyNarrow(cols: usize, w: usize, x: usize, y: usize, count: usize, keep: bool): void {
  let a0 = f32x4.splat(0), b0 = f32x4.splat(0), a1 = f32x4.splat(0), b1 = f32x4.splat(0);
  let a2 = f32x4.splat(0), b2 = f32x4.splat(0), a3 = f32x4.splat(0), b3 = f32x4.splat(0);
  const end = x + (cols << 2);
  while (true) {
    let v = v128.load32_splat(x);
    a0 = madd(v, v128.load(w), a0); b0 = madd(v, v128.load(w, 16), b0);
    if (x + 4 >= end) break;

    v = v128.load32_splat(x, 4);
    a1 = madd(v, v128.load(w, 32), a1); b1 = madd(v, v128.load(w, 48), b1);
    if (x + 8 >= end) break;

    v = v128.load32_splat(x, 8);
    a2 = madd(v, v128.load(w, 64), a2); b2 = madd(v, v128.load(w, 80), b2);
    if (x + 12 >= end) break;

    v = v128.load32_splat(x, 12);
    a3 = madd(v, v128.load(w, 96), a3); b3 = madd(v, v128.load(w, 112), b3);
    x += 16;
    w += 128;
    if (x >= end) break;
  }
  put(y, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), min<usize>(4, count), keep);
  if (count > 4) put(y + 16, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), count - 4, keep);
}

/** y (+)= s over up to four lanes. */
@inline
function put(y: usize, s: v128, lanes: usize, keep: bool): void {
  store(y, keep ? f32x4.add(s, load(y, lanes)) : s, lanes);
}
