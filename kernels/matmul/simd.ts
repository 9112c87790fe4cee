import { blocked } from './blocked.simd';
import { addRowsTimesMatrix, addRowsTimesTransposed } from './fewRows.simd';
import { packTwoPanels } from './pack.simd';

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
