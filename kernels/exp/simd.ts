import { constant, loadTail, madd, storeTail } from '../vector.simd';

// Coefficients: own weighted least-squares fit (relative error 3e-9) of (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2.
const table = memory.data<f32>(
  [
    1.44269504, -0.693359375, 2.1219444e-4, 1, 0.49999993, 0.1666652, 0.041668388, 0.008368717, 0.0013814598,
    12583166, -104, 89, 12583039, -88, 88.9,
  ],
  16,
);
const log2e = table;
const minusLn2High = table + 4;
const minusLn2Low = table + 8;
const one = table + 12;
const p2 = table + 16;
const p3 = table + 20;
const p4 = table + 24;
const p5 = table + 28;
const p6 = table + 32;
const magicTwice = table + 36;
const lowest = table + 40;
const highest = table + 44;
const magicOnce = table + 48;
const lowestNormal = table + 52;
const highestNormal = table + 56;

/** See exp/reference.ts. */
export function exp(x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, expLanes(v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, expLanes(loadTail(x, n)), n);
}

/**
 * eˣ = 2ⁿ·eʳ with n = round(x / ln 2). Adding 1.5·2²³ rounds to an integer and leaves it in the low bits; with
 * twice the exponent bias added as well, those bits are the exponent fields of 2^⌊n/2⌋ and 2^⌈n/2⌉, whose two
 * products overflow and underflow gradually as they should. The order of the operands of pmax and pmin keeps NaN.
 */
@inline
export function expLanes(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(lowest)), constant(highest));
  const rounded = madd(bounded, constant(log2e), constant(magicTwice));
  const power = expOfRemainder(bounded, f32x4.sub(rounded, constant(magicTwice)));
  const half = i32x4.shr_u(rounded, 1);
  const low = i32x4.shl(half, 23);
  const high = i32x4.shl(i32x4.sub(rounded, half), 23);
  return f32x4.mul(f32x4.mul(power, low), high);
}

/** `expLanes` with one scaling: 0 below 2⁻¹²⁶ and ∞ above 2¹²⁷·√2, which is all that 1 / (1 + eˣ) needs. */
@inline
export function expNormalLanes(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(lowestNormal)), constant(highestNormal));
  const rounded = madd(bounded, constant(log2e), constant(magicOnce));
  const power = expOfRemainder(bounded, f32x4.sub(rounded, constant(magicOnce)));
  return f32x4.mul(power, i32x4.shl(rounded, 23));
}

/** e^(x − n·ln 2); ln 2 in two parts, the first with so few bits that its product with n is exact. */
@inline
function expOfRemainder(x: v128, n: v128): v128 {
  const r = madd(n, constant(minusLn2Low), madd(n, constant(minusLn2High), x));
  let p = madd(constant(p6), r, constant(p5));
  p = madd(p, r, constant(p4));
  p = madd(p, r, constant(p3));
  p = madd(p, r, constant(p2));
  return f32x4.add(madd(p, f32x4.mul(r, r), r), constant(one));
}
