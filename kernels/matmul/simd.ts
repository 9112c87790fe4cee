import { scratch } from '../scratch.simd';
import { loadTail, madd, storeTail, sumLanes, transpose4 } from '../vector.simd';

// A is cut into blocks of blockRows × depth, packed as tiles of 4 rows that lie in order of k; B into panels of
// depth × 8, two at a time. A panel stays in the first-level cache while it meets every tile of the block, which stays in the
// second (Goto and van de Geijn, 2008). A tile of 4×8 leaves half of the 16 vector registers for operands.
const depth: usize = 256;
const blockRows: usize = 256;
const tileBytes: usize = 4 * 8 * 4;

/** See matmul/reference.ts. */
export function matmul(
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  c: usize,
  cRow: usize,
  accumulate: i32,
): void {
  if (n == 1 && m > 1 && cRow == 1) {
    matmul(1, m, k, b, bCol, bRow, a, aCol, aRow, c, m, accumulate);
    return;
  }
  if (m == 0 || n == 0) return;
  if (accumulate == 0 && (k == 0 || m < 4)) {
    for (let i: usize = 0; i < m; i++) memory.fill(c + ((i * cRow) << 2), 0, n << 2);
  }
  if (m < 4 && bRow == 1 && (bCol != 1 || n == 1)) {
    addRowsTimesTransposed(m, n, k, a, aRow << 2, aCol << 2, b, bCol << 2, c, cRow << 2);
  } else if (m < 4 && bCol == 1) {
    addRowsTimesMatrix(m, n, k, a, aRow << 2, aCol << 2, b, bRow << 2, c, cRow << 2);
  } else {
    const keep = accumulate != 0 || m < 4;
    blocked(m, n, k, a, aRow << 2, aCol << 2, b, bRow << 2, bCol << 2, false, c, cRow << 2, keep);
  }
}

/** See matmul/reference.ts. */
export function matmulPacked(
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  packed: usize,
  c: usize,
  cRow: usize,
  accumulate: i32,
): void {
  if (k == 0 && accumulate == 0) {
    for (let i: usize = 0; i < m; i++) memory.fill(c + ((i * cRow) << 2), 0, n << 2);
  }
  blocked(m, n, k, a, aRow << 2, aCol << 2, packed, 0, 0, true, c, cRow << 2, accumulate != 0);
}

/** See matmul/reference.ts. */
export function packPanels(k: usize, n: usize, b: usize, bRow: usize, bCol: usize, packed: usize): void {
  for (let j: usize = 0; j < n; j += 16) {
    packTwoPanels(k, min<usize>(16, n - j), b + ((j * bCol) << 2), bRow << 2, bCol << 2, packed);
    packed += k << 6;
  }
}

/** The blocked product; strides in bytes from here on. */
function blocked(
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  packed: bool,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const edge = scratch;
  const panelScratch = edge + tileBytes;
  const tiles = panelScratch + (depth << 6);
  for (let k0: usize = 0; k0 < k; k0 += depth) {
    const kc = min(depth, k - k0);
    const keep = accumulate || k0 > 0;
    for (let i0: usize = 0; i0 < m; i0 += blockRows) {
      const rows = min(blockRows, m - i0);
      const tiled = rows & ~3;
      const aBlock = a + i0 * aRow + k0 * aCol;
      packTiles(kc, tiled, aBlock, aRow, aCol, tiles);
      for (let j: usize = 0; j < n; j += 8) {
        const width = min<usize>(8, n - j);
        let panel = panelScratch;
        if (packed) panel = b + ((j * k + (k0 << 3)) << 2);
        else if (j & 8) panel += kc << 5;
        else packTwoPanels(kc, min<usize>(16, n - j), b + k0 * bRow + j * bCol, bRow, bCol, panel);
        let cTile = c + i0 * cRow + (j << 2);
        let tile = tiles;
        let i: usize = 0;
        for (; i < tiled; i += 4) {
          if (width == 8) {
            multiplyTile(kc, tile, panel, cTile, cRow, keep);
          } else {
            multiplyTile(kc, tile, panel, edge, 32, false);
            for (let r: usize = 0; r < 4; r++) putEdge(edge + (r << 5), cTile + r * cRow, width, keep);
          }
          tile += kc << 4;
          cTile += cRow << 2;
        }
        for (; i < rows; i++) {
          if (width == 8) {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, cTile, keep);
          } else {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, edge, false);
            putEdge(edge, cTile, width, keep);
          }
          cTile += cRow;
        }
      }
    }
  }
}

/**
 * C[4, 8] (+)= tile·panel. The exits between the unrolled steps keep V8 from moving all loads to the top of the
 * loop, for which there are not enough registers.
 */
function multiplyTile(k: usize, a: usize, b: usize, c: usize, cRow: usize, keep: bool): void {
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
  while (true) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b + 32 >= end) break;

    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load32_splat(a, 16); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 20); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 24); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 28); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b + 64 >= end) break;

    b0 = v128.load(b, 64); b1 = v128.load(b, 80);
    x = v128.load32_splat(a, 32); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 36); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 40); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 44); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (b + 96 >= end) break;

    b0 = v128.load(b, 96); b1 = v128.load(b, 112);
    x = v128.load32_splat(a, 48); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 52); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 56); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 60); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += 64;
    b += 128;
    if (b >= end) break;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
}

/** C[1, 8] (+)= row·panel for a row that fills no tile; four sums at a time hide the latency of the additions. */
function multiplyRow(k: usize, a: usize, aCol: usize, b: usize, c: usize, keep: bool): void {
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

/** c[width] (+)= edge[width], width ≤ 8: the part of a tile that lies inside C. */
function putEdge(edge: usize, c: usize, width: usize, keep: bool): void {
  for (let j: usize = 0; j < width; j++) {
    const value = f32.load(edge + (j << 2));
    f32.store(c + (j << 2), keep ? f32.load(c + (j << 2)) + value : value);
  }
}

/** Packs `rows` (a multiple of 4) × k of A as tiles `[rows / 4, k, 4]`. */
function packTiles(k: usize, rows: usize, a: usize, aRow: usize, aCol: usize, to: usize): void {
  for (let i: usize = 0; i < rows; i += 4) {
    let from = a + i * aRow;
    let left = k;
    if (aRow == 4) {
      for (; left > 0; left--) {
        v128.store(to, v128.load(from));
        from += aCol;
        to += 16;
      }
    } else if (aCol == 4) {
      for (; left >= 4; left -= 4) {
        transpose4(from, aRow, to, 16);
        from += 16;
        to += 64;
      }
    }
    for (; left > 0; left--) {
      for (let r: usize = 0; r < 4; r++) f32.store(to + (r << 2), f32.load(from + r * aRow));
      from += aCol;
      to += 16;
    }
  }
}

/**
 * Packs k × width (≤ 16) of B as one or two panels. Two at once read whole cache lines, which matters where rows lie
 * a power of two apart and evict each other before a second visit.
 */
function packTwoPanels(k: usize, width: usize, from: usize, bRow: usize, bCol: usize, to: usize): void {
  const second = k << 5;
  if (width == 16 && bCol == 4) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to + second, v128.load(from, 32));
      v128.store(to + second, v128.load(from, 48), 16);
      from += bRow;
      to += 32;
    }
    return;
  }
  packPanel(k, min<usize>(8, width), from, bRow, bCol, to);
  if (width > 8) packPanel(k, width - 8, from + (bCol << 3), bRow, bCol, to + second);
}

/** Packs k × width (≤ 8) of B as one panel `[k, 8]`, zeros at the end of each row. */
function packPanel(k: usize, width: usize, from: usize, bRow: usize, bCol: usize, to: usize): void {
  if (width == 8 && bCol == 4) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += bRow;
      to += 32;
    }
  } else if (width == 8 && bRow == 4) {
    for (; k >= 4; k -= 4) {
      transpose4(from, bCol, to, 32);
      transpose4(from + 4 * bCol, bCol, to + 16, 32);
      from += 16;
      to += 128;
    }
  }
  for (; k > 0; k--) {
    for (let j: usize = 0; j < 8; j++) f32.store(to + (j << 2), j < width ? f32.load(from + j * bCol) : 0);
    from += bRow;
    to += 32;
  }
}

/** C += A·B for few rows and a B with contiguous rows: four rows of B are added to each row of C at a time. */
function addRowsTimesMatrix(
  m: usize, n: usize, k: usize, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, c: usize, cRow: usize,
): void {
  for (; k >= 4; k -= 4) {
    for (let i: usize = 0; i < m; i++) {
      const x = a + i * aRow;
      const x0 = v128.load32_splat(x);
      const x1 = v128.load32_splat(x + aCol);
      const x2 = v128.load32_splat(x + 2 * aCol);
      const x3 = v128.load32_splat(x + 3 * aCol);
      let b0 = b, b1 = b0 + bRow, b2 = b1 + bRow, b3 = b2 + bRow;
      let y = c + i * cRow;
      let left = n;
      for (; left >= 4; left -= 4) {
        const low = madd(x1, v128.load(b1), madd(x0, v128.load(b0), v128.load(y)));
        v128.store(y, madd(x3, v128.load(b3), madd(x2, v128.load(b2), low)));
        b0 += 16;
        b1 += 16;
        b2 += 16;
        b3 += 16;
        y += 16;
      }
      if (left > 0) {
        const low = madd(x1, loadTail(b1, left), madd(x0, loadTail(b0, left), loadTail(y, left)));
        storeTail(y, madd(x3, loadTail(b3, left), madd(x2, loadTail(b2, left), low)), left);
      }
    }
    a += aCol << 2;
    b += bRow << 2;
  }
  for (; k > 0; k--) {
    for (let i: usize = 0; i < m; i++) {
      const x = v128.load32_splat(a + i * aRow);
      let from = b;
      let y = c + i * cRow;
      let left = n;
      for (; left >= 4; left -= 4) {
        v128.store(y, madd(x, v128.load(from), v128.load(y)));
        from += 16;
        y += 16;
      }
      if (left > 0) storeTail(y, madd(x, loadTail(from, left), loadTail(y, left)), left);
    }
    a += aCol;
    b += bRow;
  }
}

/** C += A·B for few rows and a B with contiguous columns: inner products with four columns at a time. */
function addRowsTimesTransposed(
  m: usize, n: usize, k: usize, a: usize, aRow: usize, aCol: usize, b: usize, bCol: usize, c: usize, cRow: usize,
): void {
  const span = depth * blockRows / 4;
  for (let k0: usize = 0; k0 < k; k0 += span) {
    const kc = min(span, k - k0);
    let rows = a + k0 * aCol;
    let rowStep = aRow;
    if (aCol != 4) {
      rows = scratch;
      rowStep = kc << 2;
      for (let i: usize = 0; i < m; i++) {
        let from = a + i * aRow + k0 * aCol;
        for (let p: usize = 0; p < kc; p++) {
          f32.store(rows + i * rowStep + (p << 2), f32.load(from));
          from += aCol;
        }
      }
    }
    let columns = b + (k0 << 2);
    let j: usize = 0;
    for (; j + 4 <= n; j += 4) {
      for (let i: usize = 0; i < m; i++) {
        const y = c + i * cRow + (j << 2);
        v128.store(y, f32x4.add(v128.load(y), fourProducts(kc, rows + i * rowStep, columns, bCol)));
      }
      columns += bCol << 2;
    }
    for (; j < n; j++) {
      for (let i: usize = 0; i < m; i++) {
        const y = c + i * cRow + (j << 2);
        f32.store(y, f32.load(y) + innerProduct(kc, rows + i * rowStep, columns));
      }
      columns += bCol;
    }
  }
}

/** Inner products of x with four columns, one in each lane. */
function fourProducts(k: usize, x: usize, b: usize, bCol: usize): v128 {
  let b1 = b + bCol, b2 = b1 + bCol, b3 = b2 + bCol;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (; k >= 4; k -= 4) {
    const v = v128.load(x);
    s0 = madd(v, v128.load(b), s0);
    s1 = madd(v, v128.load(b1), s1);
    s2 = madd(v, v128.load(b2), s2);
    s3 = madd(v, v128.load(b3), s3);
    x += 16;
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  if (k > 0) {
    const v = loadTail(x, k);
    s0 = madd(v, loadTail(b, k), s0);
    s1 = madd(v, loadTail(b1, k), s1);
    s2 = madd(v, loadTail(b2, k), s2);
    s3 = madd(v, loadTail(b3, k), s3);
  }
  const s01 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const s23 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(s01, s23, 0, 1, 4, 5), v128.shuffle<f32>(s01, s23, 2, 3, 6, 7));
}

function innerProduct(k: usize, x: usize, b: usize): f32 {
  let sum = f32x4.splat(0);
  for (; k >= 4; k -= 4) {
    sum = madd(v128.load(x), v128.load(b), sum);
    x += 16;
    b += 16;
  }
  if (k > 0) sum = madd(loadTail(x, k), loadTail(b, k), sum);
  return sumLanes(sum);
}
