import { scratch } from '../scratch.simd';
import { addTo, load, store } from '../vector.simd';

/**
 * See displacement/reference.ts. A diagonal that leaves at the bottom comes back at the top: the parts of its sum
 * before and after that, low and high, give both its first entry and its entry in row 0, so that all further rows
 * follow from the one above.
 */
export function fromDisplacement(p: usize, m: usize, n: usize): void {
  if (n == 0) return;
  const row = n << 2;
  const low = scratch;
  const high = low + row;
  memory.fill(low, 0, row << 1);
  for (let i: usize = 1; i <= n; i++) {
    const from = p + (i == n ? 0 : i) * row;
    addTo(from, low + ((n + 1 - i) << 2), i - 1);
    addTo(from + ((i - 1) << 2), high, n + 1 - i);
  }
  for (let j: usize = 0; j < n; j++) {
    const before = f32.load(low + (j << 2));
    const after = f32.load(high + (j << 2));
    f32.store(m + (j == 0 ? 0 : n - j) * row, (after + before) * 0.5);
    f32.store(m + (j << 2), (after - before) * 0.5);
  }
  for (let i: usize = 1; i < n; i++) combineRows(false, m + (i - 1) * row, p + i * row, m + i * row + 4, n - 1);
}

/** See displacement/reference.ts; low and high as in `fromDisplacement`. */
export function fromDisplacementTranspose(dm: usize, dp: usize, n: usize): void {
  if (n == 0) return;
  const row = n << 2;
  const low = scratch;
  const high = low + row;
  memory.fill(low, 0, row << 1);
  for (let i: usize = 0; i < n; i++) {
    const from = dm + i * row;
    addTo(from, low + ((n - 1 - i) << 2), i + 1);
    addTo(from + ((i + 1) << 2), high, n - 1 - i);
  }
  for (let k: usize = 0; k < n; k++) {
    const before = f32.load(low + (k << 2));
    const after = f32.load(high + (k << 2));
    const first = f32.load(dm + (n - 1 - k) * row);
    f32.store(dp + (k == 0 ? 0 : n - k) * row, first - (before + after) * 0.5);
    f32.store(dp + (k << 2), (before - after) * 0.5);
  }
  for (let i: usize = 1; i < n; i++) {
    const above = (i - 1) * row;
    combineRows(true, dp + above, dm + above + 4, dp + i * row + 4, n - 1);
  }
}

/** y = a + b, or a − b, over n elements. */
@inline
function combineRows(plus: bool, a: usize, b: usize, y: usize, n: usize): void {
  while (n > 0) {
    const lanes = min<usize>(n, 4);
    const left = load(a, lanes);
    const right = load(b, lanes);
    store(y, plus ? f32x4.add(left, right) : f32x4.sub(left, right), lanes);
    a += 16;
    b += 16;
    y += 16;
    n -= lanes;
  }
}
