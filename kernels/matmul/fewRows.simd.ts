import { scratch } from '../scratch.simd';
import { loadTail, madd, storeTail, sumLanes } from '../vector.simd';

/* Products with so few rows that packing B would cost more than it saves; strides in bytes. */

/** C += A·B for few rows and a B with contiguous rows: four rows of B are added to each row of C at a time. */
export function addRowsTimesMatrix(
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
export function addRowsTimesTransposed(
  m: usize, n: usize, k: usize, a: usize, aRow: usize, aCol: usize, b: usize, bCol: usize, c: usize, cRow: usize,
): void {
  const span: usize = 16384; // times three rows, what fits into the scratch
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
