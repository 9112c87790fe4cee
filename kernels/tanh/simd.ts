import { constant, load, loadTail, madd, store, storeTail } from '../vector.simd';

// Coefficients: own weighted least-squares fit (relative error 2e-8) of tanh x as x·P(x²) / Q(x²) on |x| ≤ 9.02.
const table = memory.data<f32>(
  [
    -9.25, 9.25, 1, -1, 0.1337972, 0.0034940362, 2.0583508e-5, 1.3319105e-8, 0.46713033, 0.02587108,
    3.2830954e-4, 7.762034e-7,
  ],
  16,
);
const lowest = table;
const highest = table + 4;
const one = table + 8;
const minusOne = table + 12;
const p1 = table + 16;
const p2 = table + 20;
const p3 = table + 24;
const p4 = table + 28;
const q1 = table + 32;
const q2 = table + 36;
const q3 = table + 40;
const q4 = table + 44;

/** See tanh/reference.ts. */
export function tanh(x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, tanhLanes(v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, tanhLanes(loadTail(x, n)), n);
}

/** See tanh/reference.ts. */
export function tanhGrad(dy: usize, y: usize, dx: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    tanhGradLanes(dy, y, dx, 4);
    dy += 16;
    y += 16;
    dx += 16;
  }
  if (n > 0) tanhGradLanes(dy, y, dx, n);
}

/** A rational function that reaches 1 before |x| = 9.25, from where on tanh rounds to 1; NaN stays NaN. */
@inline
export function tanhLanes(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(lowest)), constant(highest));
  const z = f32x4.mul(bounded, bounded);
  let p = madd(constant(p4), z, constant(p3));
  let q = madd(constant(q4), z, constant(q3));
  p = madd(p, z, constant(p2));
  q = madd(q, z, constant(q2));
  p = madd(p, z, constant(p1));
  q = madd(q, z, constant(q1));
  p = madd(p, z, constant(one));
  q = madd(q, z, constant(one));
  const y = f32x4.div(f32x4.mul(p, bounded), q);
  return f32x4.pmin(f32x4.pmax(y, constant(minusOne)), constant(one));
}

@inline
function tanhGradLanes(dy: usize, y: usize, dx: usize, lanes: usize): void {
  const value = load(y, lanes);
  store(dx, f32x4.mul(load(dy, lanes), f32x4.sub(f32x4.splat(1), f32x4.mul(value, value))), lanes);
}
