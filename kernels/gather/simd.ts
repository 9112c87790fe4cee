import { addTo, copyTo } from '../vector.simd';

/** The kernels of this file: see gather/reference.ts. */
export function gatherRows(table: usize, indices: usize, y: usize, count: usize, width: usize): void {
  for (let r: usize = 0; r < count; r++) {
    copyTo(table + ((indexAt(indices, r) * width) << 2), y, width);
    y += width << 2;
  }
}

export function scatterAddRows(dy: usize, indices: usize, dTable: usize, count: usize, width: usize): void {
  for (let r: usize = 0; r < count; r++) {
    addTo(dy, dTable + ((indexAt(indices, r) * width) << 2), width);
    dy += width << 2;
  }
}

export function takeColumns(x: usize, columns: usize, y: usize, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    f32.store(y + (r << 2), f32.load(x + (indexAt(columns, r) << 2)));
    x += cols << 2;
  }
}

export function putColumns(dy: usize, columns: usize, dx: usize, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const to = dx + (indexAt(columns, r) << 2);
    f32.store(to, f32.load(to) + f32.load(dy + (r << 2)));
    dx += cols << 2;
  }
}

@inline
function indexAt(indices: usize, r: usize): usize {
  return <usize>i32.load(indices + (r << 2));
}
