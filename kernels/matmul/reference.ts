import type { FloatArray } from '../types.ts';
import { panelWidth } from './layout.ts';

/**
 * Matrix product C = A·B, or C += A·B when `accumulate` is not 0.
 *
 * A is `[m, k]` with a[i·aRow + p·aCol], B is `[k, n]` with b[p·bRow + j·bCol] and C is `[m, n]` with
 * c[i·cRow + j]; strides count elements, so a transposed operand or a block of a larger matrix needs no copy.
 * An empty sum (k = 0) is 0.
 */
export function matmul(
  m: number,
  n: number,
  k: number,
  a: FloatArray,
  aRow: number,
  aCol: number,
  b: FloatArray,
  bRow: number,
  bCol: number,
  c: FloatArray,
  cRow: number,
  accumulate: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * cRow + j] : 0;
      for (let p = 0; p < k; p++) sum += a[i * aRow + p * aCol] * b[p * bRow + j * bCol];
      c[i * cRow + j] = sum;
    }
  }
}

/**
 * Lays B `[k, n]` out for `matmulPacked`: panels of 8 columns, `[⌈n/8⌉, k, 8]`, the last one padded with zeros,
 * so that the inner loop of the product reads memory in order (Goto and van de Geijn, 2008).
 */
export function packPanels(
  k: number,
  n: number,
  b: FloatArray,
  bRow: number,
  bCol: number,
  packed: FloatArray,
): void {
  let next = 0;
  for (let first = 0; first < n; first += panelWidth) {
    for (let p = 0; p < k; p++) {
      for (let j = first; j < first + panelWidth; j++) packed[next++] = j < n ? b[p * bRow + j * bCol] : 0;
    }
  }
}

/** `matmul` with B `[k, n]` given as the panels that `packPanels` made of it. */
export function matmulPacked(
  m: number,
  n: number,
  k: number,
  a: FloatArray,
  aRow: number,
  aCol: number,
  packed: FloatArray,
  c: FloatArray,
  cRow: number,
  accumulate: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const column = Math.floor(j / panelWidth) * panelWidth * k + (j % panelWidth);
      let sum = accumulate ? c[i * cRow + j] : 0;
      for (let p = 0; p < k; p++) sum += a[i * aRow + p * aCol] * packed[column + p * panelWidth];
      c[i * cRow + j] = sum;
    }
  }
}
