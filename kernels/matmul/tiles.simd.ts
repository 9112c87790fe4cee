import { madd } from '../vector.simd';

/* The inner loops of the blocked product; strides in bytes. A tile leaves half of the 16 vector registers for operands. */

/**
 * C[4, 8] (+)= tile·panel. The exits between the unrolled steps keep V8 from moving all loads to the top of the
 * loop, for which there are not enough registers; `a` moves on at each step because V8 adds the offset of a splat
 * in an instruction of its own, once for all steps if it is the same.
 */
export function multiplyTile(k: usize, a: usize, b: usize, c: usize, cRow: usize, keep: bool): void {
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  if (keep) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(c1); c11 = v128.load(c1, 16);
    c20 = v128.load(c2); c21 = v128.load(c2, 16);
    c30 = v128.load(c3); c31 = v128.load(c3, 16);
  }
  const end = b + (k << 5);
  const end1 = end - 32, end2 = end - 64, end3 = end - 96, end4 = end - 128;
  const end5 = end - 160, end6 = end - 192, end7 = end - 224;
  while (true) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end1) break;

    a += 16;
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end2) break;

    a += 16;
    b0 = v128.load(b, 64); b1 = v128.load(b, 80);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end3) break;

    a += 16;
    b0 = v128.load(b, 96); b1 = v128.load(b, 112);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end4) break;

    a += 16;
    b0 = v128.load(b, 128); b1 = v128.load(b, 144);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end5) break;

    a += 16;
    b0 = v128.load(b, 160); b1 = v128.load(b, 176);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end6) break;

    a += 16;
    b0 = v128.load(b, 192); b1 = v128.load(b, 208);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b >= end7) break;

    a += 16;
    b0 = v128.load(b, 224); b1 = v128.load(b, 240);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += 16;
    b += 256;
    if (b >= end) break;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
}

/**
 * C[6, 8] (+)= tile·panel, for the build with fused multiply-add: each sum waits four cycles for its last addition, in which
 * two units could have taken eight others. Without the fusion V8 finds too few registers for it.
 */
export function multiplyTallTile(k: usize, a: usize, b: usize, c: usize, cRow: usize, keep: bool): void {
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  const c4 = c3 + cRow;
  const c5 = c4 + cRow;
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  if (keep) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(c1); c11 = v128.load(c1, 16);
    c20 = v128.load(c2); c21 = v128.load(c2, 16);
    c30 = v128.load(c3); c31 = v128.load(c3, 16);
    c40 = v128.load(c4); c41 = v128.load(c4, 16);
    c50 = v128.load(c5); c51 = v128.load(c5, 16);
  }
  const end = b + (k << 5);
  const end1 = end - 32, end2 = end - 64, end3 = end - 96;
  while (true) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    if (b >= end1) break;

    a += 24;
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    if (b >= end2) break;

    a += 24;
    b0 = v128.load(b, 64); b1 = v128.load(b, 80);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    if (b >= end3) break;

    a += 24;
    b0 = v128.load(b, 96); b1 = v128.load(b, 112);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    a += 24;
    b += 128;
    if (b >= end) break;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
  v128.store(c4, c40); v128.store(c4, c41, 16);
  v128.store(c5, c50); v128.store(c5, c51, 16);
}

/** C[1, 8] (+)= row·panel for a row that fills no tile; four sums at a time hide the latency of the additions. */
export function multiplyRow(k: usize, a: usize, aCol: usize, b: usize, c: usize, keep: bool): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  if (keep) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
  }
  const end = b + (k << 5);
  while (true) {
    let x = v128.load32_splat(a);
    s00 = madd(x, v128.load(b), s00); s01 = madd(x, v128.load(b, 16), s01);
    if (b + 32 >= end) break;

    x = v128.load32_splat(a + aCol);
    s10 = madd(x, v128.load(b, 32), s10); s11 = madd(x, v128.load(b, 48), s11);
    if (b + 64 >= end) break;

    x = v128.load32_splat(a + 2 * aCol);
    s20 = madd(x, v128.load(b, 64), s20); s21 = madd(x, v128.load(b, 80), s21);
    if (b + 96 >= end) break;

    x = v128.load32_splat(a + 3 * aCol);
    s30 = madd(x, v128.load(b, 96), s30); s31 = madd(x, v128.load(b, 112), s31);
    a += aCol << 2;
    b += 128;
    if (b >= end) break;
  }
  v128.store(c, f32x4.add(f32x4.add(s00, s10), f32x4.add(s20, s30)));
  v128.store(c, f32x4.add(f32x4.add(s01, s11), f32x4.add(s21, s31)), 16);
}

/** C[rows, width] (+)= edge[rows, 8], width ≤ 8: the part of a tile that lies inside C. */
export function putEdges(rows: usize, edge: usize, c: usize, cRow: usize, width: usize, keep: bool): void {
  for (; rows > 0; rows--) {
    for (let j: usize = 0; j < width; j++) {
      const value = f32.load(edge + (j << 2));
      f32.store(c + (j << 2), keep ? f32.load(c + (j << 2)) + value : value);
    }
    edge += 32;
    c += cRow;
  }
}
