import { copyTo, transpose4 } from '../vector.simd';

// The axes that are left to walk once neighbours that lie in order have been merged: size, strides in bytes and
// how far the walk is, 16 axes at most.
const sizes = memory.data(16 * 4, 16);
const xSteps = memory.data(16 * 4, 16);
const ySteps = memory.data(16 * 4, 16);
const counts = memory.data(16 * 4, 16);

/** See copy/reference.ts. */
export function copyStrided(
  rank: usize,
  shape: usize,
  x: usize,
  xOffset: i32,
  xStrides: usize,
  y: usize,
  yOffset: i32,
  yStrides: usize,
): void {
  let axes = mergeAxes(rank, shape, xStrides, yStrides);
  if (axes < 0) return;
  x += xOffset << 2;
  y += yOffset << 2;
  if (axes == 0) {
    f32.store(y, f32.load(x));
    return;
  }

  moveAxis(axisOfStep(ySteps, axes), axes - 1);
  const inner = axes - 1;
  let across = -1;
  if (at(ySteps, inner) == 4 && at(xSteps, inner) != 4) across = axisOfStep(xSteps, inner);
  axes = inner;
  if (across >= 0) {
    moveAxis(across, inner - 1);
    axes--;
  }

  memory.fill(counts, 0, axes << 2);
  while (true) {
    if (across >= 0) {
      copyTransposed(at(sizes, axes), at(sizes, inner), x, at(xSteps, inner), y, at(ySteps, axes));
    } else {
      copyRow(at(sizes, inner), x, at(xSteps, inner), y, at(ySteps, inner));
    }
    let axis = axes - 1;
    for (; axis >= 0; axis--) {
      const count = at(counts, axis) + 1;
      x += at(xSteps, axis);
      y += at(ySteps, axis);
      put(counts, axis, count);
      if (count < at(sizes, axis)) break;
      x -= at(xSteps, axis) * count;
      y -= at(ySteps, axis) * count;
      put(counts, axis, 0);
    }
    if (axis < 0) return;
  }
}

/** Writes the axes of size > 1, merged where an outer stride spans its inner axis; −1 if there is no element. */
function mergeAxes(rank: usize, shape: usize, xStrides: usize, yStrides: usize): i32 {
  let axes = 0;
  for (let d: usize = 0; d < rank; d++) {
    const size = i32.load(shape + (d << 2));
    if (size == 0) return -1;
    if (size == 1) continue;
    const xStep = i32.load(xStrides + (d << 2)) << 2;
    const yStep = i32.load(yStrides + (d << 2)) << 2;
    let merged = size;
    const last = axes - 1;
    if (axes > 0 && at(xSteps, last) == xStep * size && at(ySteps, last) == yStep * size) {
      merged = size * at(sizes, last);
      axes--;
    }
    put(sizes, axes, merged);
    put(xSteps, axes, xStep);
    put(ySteps, axes, yStep);
    axes++;
  }
  return axes;
}

/** The axis along which elements are neighbours, or the last one; −1 if there is none. */
function axisOfStep(steps: usize, axes: i32): i32 {
  for (let axis = 0; axis < axes; axis++) if (at(steps, axis) == 4) return axis;
  return steps == ySteps ? axes - 1 : -1;
}

/** Exchanges two axes: the order of the walk is free. */
function moveAxis(from: i32, to: i32): void {
  swap(sizes, from, to);
  swap(xSteps, from, to);
  swap(ySteps, from, to);
}

function swap(table: usize, i: i32, j: i32): void {
  const value = at(table, i);
  put(table, i, at(table, j));
  put(table, j, value);
}

function copyRow(n: i32, x: usize, xStep: i32, y: usize, yStep: i32): void {
  if (xStep == 4 && yStep == 4) {
    copyTo(x, y, n);
    return;
  }
  if (xStep == 0 && yStep == 4) {
    const value = v128.load32_splat(x);
    for (; n >= 4; n -= 4) {
      v128.store(y, value);
      y += 16;
    }
  }
  for (; n > 0; n--) {
    f32.store(y, f32.load(x));
    x += xStep;
    y += yStep;
  }
}

/** y[i, j] = x[j, i] for i < m, j < n, where elements lie side by side along i in x and along j in y. */
function copyTransposed(m: i32, n: i32, x: usize, xRow: i32, y: usize, yRow: i32): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let from = x + (i << 2);
    let to = y + i * yRow;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      transpose4(from, xRow, to, yRow);
      from += xRow << 2;
      to += 16;
    }
    for (; j < n; j++) {
      for (let r = 0; r < 4; r++) f32.store(to + r * yRow, f32.load(from + (r << 2)));
      from += xRow;
      to += 4;
    }
  }
  for (; i < m; i++) copyRow(n, x + (i << 2), xRow, y + i * yRow, 4);
}

@inline
function at(table: usize, axis: i32): i32 {
  return i32.load(table + (axis << 2));
}

@inline
function put(table: usize, axis: i32, value: i32): void {
  i32.store(table + (axis << 2), value);
}
