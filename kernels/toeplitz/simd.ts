import { addTo, copyTo } from '../vector.simd';

/** See toeplitz/reference.ts: each row is the one above, moved right by one. */
export function toeplitzMatrix(t: usize, w: usize, rows: usize, cols: usize): void {
  if (rows == 0 || cols == 0) return;
  t += (cols - 1) << 2;
  for (let j: usize = 0; j < cols; j++) f32.store(w + (j << 2), f32.load(t - (j << 2)));
  for (let i: usize = 1; i < rows; i++) {
    const above = w;
    w += cols << 2;
    f32.store(w, f32.load(t + (i << 2)));
    copyTo(above, w + 4, cols - 1);
  }
}

/** See toeplitz/reference.ts: rows are added up in the order of j − i, which is then reversed. */
export function diagonalSums(w: usize, t: usize, rows: usize, cols: usize): void {
  if (rows + cols == 0) return;
  const size = rows + cols - 1;
  memory.fill(t, 0, size << 2);
  for (let i: usize = 0; i < rows; i++) {
    addTo(w, t + ((rows - 1 - i) << 2), cols);
    w += cols << 2;
  }
  let left = t;
  let right = t + (size << 2) - 4;
  for (; left < right; left += 4) {
    const value = f32.load(left);
    f32.store(left, f32.load(right));
    f32.store(right, value);
    right -= 4;
  }
}
