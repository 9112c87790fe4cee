import { addTo, copyTo } from '../vector.simd';

/** See circulant/reference.ts: each row is the one above, moved right by one. */
export function circulantMatrix(v: usize, w: usize, n: usize, rows: usize, cols: usize): void {
  if (rows == 0 || cols == 0) return;
  f32.store(w, f32.load(v));
  for (let j: usize = 1; j < cols; j++) f32.store(w + (j << 2), f32.load(v + ((n - j) << 2)));
  for (let i: usize = 1; i < rows; i++) {
    const above = w;
    w += cols << 2;
    f32.store(w, f32.load(v + (i << 2)));
    copyTo(above, w + 4, cols - 1);
  }
}

/** See circulant/reference.ts: rows are added up in the order of j − i, which is then reversed. */
export function circulantMatrixGrad(dw: usize, dv: usize, n: usize, rows: usize, cols: usize): void {
  memory.fill(dv, 0, n << 2);
  for (let i: usize = 0; i < rows; i++) {
    const wrapped = min(i, cols);
    addTo(dw, dv + ((n - i) << 2), wrapped);
    addTo(dw + (wrapped << 2), dv, cols - wrapped);
    dw += cols << 2;
  }
  for (let low: usize = 1; low + low < n; low++) {
    const left = dv + (low << 2);
    const right = dv + ((n - low) << 2);
    const value = f32.load(left);
    f32.store(left, f32.load(right));
    f32.store(right, value);
  }
}
