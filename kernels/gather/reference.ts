import type { FloatArray } from '../types.ts';

/** y[r, :] = table[indices[r], :]: an embedding lookup; y is `[count, width]`, table is `[·, width]`. */
export function gatherRows(
  table: FloatArray,
  indices: Int32Array,
  y: FloatArray,
  count: number,
  width: number,
): void {
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < width; j++) y[r * width + j] = table[indices[r] * width + j];
  }
}

/** Gradient of `gatherRows`: dTable[indices[r], :] += dy[r, :], rows in order; dy is `[count, width]`. */
export function scatterAddRows(
  dy: FloatArray,
  indices: Int32Array,
  dTable: FloatArray,
  count: number,
  width: number,
): void {
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < width; j++) dTable[indices[r] * width + j] += dy[r * width + j];
  }
}

/** y[r] = x[r, columns[r]]: one element of each row; x is `[rows, cols]`, y is `[rows]`. */
export function takeColumns(
  x: FloatArray,
  columns: Int32Array,
  y: FloatArray,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) y[r] = x[r * cols + columns[r]];
}

/** Gradient of `takeColumns`: dx[r, columns[r]] += dy[r]; dx is `[rows, cols]`, dy is `[rows]`. */
export function putColumns(
  dy: FloatArray,
  columns: Int32Array,
  dx: FloatArray,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) dx[r * cols + columns[r]] += dy[r];
}
