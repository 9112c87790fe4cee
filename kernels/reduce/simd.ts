import { load, maxLanes, store } from '../vector.simd';

/** See reduce/reference.ts; accumulated in float64. */
export function sumAxis(x: usize, y: usize, outer: usize, axis: usize, inner: usize): void {
  const plane = (axis * inner) << 2;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      f32.store(y, sumRow(x, axis));
      y += 4;
    } else {
      let left = inner;
      let column = x;
      for (; left >= 8; left -= 8) {
        sumEightColumns(column, y, axis, inner << 2);
        column += 32;
        y += 32;
      }
      for (; left > 0; ) {
        const lanes = min<usize>(left, 4);
        sumColumns(column, y, axis, inner << 2, lanes);
        column += 16;
        y += lanes << 2;
        left -= lanes;
      }
    }
    x += plane;
  }
}

/** Largest of n ≥ 1 contiguous elements; NaN if one is. */
export function maxRow(x: usize, n: usize): f32 {
  // Four at a time: a maximum that minds NaN is a long chain of instructions.
  let m0 = v128.load32_splat(x), m1 = m0, m2 = m0, m3 = m0;
  for (; n >= 16; n -= 16) {
    m0 = f32x4.max(m0, v128.load(x));
    m1 = f32x4.max(m1, v128.load(x, 16));
    m2 = f32x4.max(m2, v128.load(x, 32));
    m3 = f32x4.max(m3, v128.load(x, 48));
    x += 64;
  }
  for (; n >= 4; n -= 4) {
    m0 = f32x4.max(m0, v128.load(x));
    x += 16;
  }
  let result = maxLanes(f32x4.max(f32x4.max(m0, m1), f32x4.max(m2, m3)));
  for (; n > 0; n--) {
    result = max(result, f32.load(x));
    x += 4;
  }
  return result;
}

function sumRow(x: usize, n: usize): f32 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
    x += 16;
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; n > 0; n--) {
    sum += f32.load(x);
    x += 4;
  }
  return <f32>sum;
}

function sumEightColumns(x: usize, y: usize, axis: usize, row: usize): void {
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0), s45 = f64x2.splat(0), s67 = f64x2.splat(0);
  for (; axis > 0; axis--) {
    s01 = f64x2.add(s01, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    s23 = f64x2.add(s23, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
    s45 = f64x2.add(s45, f64x2.promote_low_f32x4(v128.load64_zero(x, 16)));
    s67 = f64x2.add(s67, f64x2.promote_low_f32x4(v128.load64_zero(x, 24)));
    x += row;
  }
  v128.store(y, demote(s01, s23));
  v128.store(y, demote(s45, s67), 16);
}

function sumColumns(x: usize, y: usize, axis: usize, row: usize, lanes: usize): void {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; axis > 0; axis--) {
    const v = load(x, lanes);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
    x += row;
  }
  store(y, demote(low, high), lanes);
}

@inline
function demote(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}
