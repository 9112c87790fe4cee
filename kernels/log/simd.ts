import { constant, loadTail, madd, storeTail } from '../vector.simd';

// Coefficients: own weighted least-squares fit (relative error 8e-10) of (ln((1+s)/(1−s)) − 2s) / s³ in s².
const table = memory.data<f32>(
  [1.17549435e-38, 33554432, 25, 1, 2, 0.66666776, 0.39977532, 0.29871996, 0.693359375, -2.1219444e-4],
  16,
);
const smallestNormal = table;
const rescale = table + 4;
const rescaleBits = table + 8;
const one = table + 12;
const two = table + 16;
const p1 = table + 20;
const p2 = table + 24;
const p3 = table + 28;
const ln2High = table + 32;
const ln2Low = table + 36;
const special = memory.data<i32>([0x3f3504f3, 0x7f800000, 0xff800000, 0x7fc00000], 16);
const sqrtHalfBits = special;
const infinity = special + 4;
const minusInfinity = special + 8;
const notANumber = special + 12;

/** See log/reference.ts. */
export function log(x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, logLanes(v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, logLanes(loadTail(x, n)), n);
}

/**
 * ln x = e·ln 2 + ln(1 + f), with x = 2ᵉ·(1 + f) and √½ ≤ 1 + f < √2. With s = f / (2 + f),
 * ln(1 + f) = f − s·f + s³·P(s²) …: written around f, which is exact, so that x near 1 loses no digits.
 */
@inline
export function logLanes(x: v128): v128 {
  const denormal = f32x4.lt(x, constant(smallestNormal));
  const normal = v128.bitselect(f32x4.mul(x, constant(rescale)), x, denormal);
  const exponent = i32x4.shr_s(i32x4.sub(normal, constant(sqrtHalfBits)), 23);
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), constant(one));
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(denormal, constant(rescaleBits)));

  const s = f32x4.div(f, f32x4.add(f, constant(two)));
  const s2 = f32x4.mul(s, s);
  const tail = f32x4.mul(madd(madd(constant(p3), s2, constant(p2)), s2, constant(p1)), s2);
  const correction = madd(e, constant(ln2Low), f32x4.mul(s, f32x4.sub(tail, f)));
  const y = f32x4.add(madd(e, constant(ln2High), f), correction);

  const finite = v128.bitselect(y, x, f32x4.lt(x, constant(infinity)));
  const zero = f32x4.splat(0);
  const nonNegative = v128.bitselect(constant(notANumber), finite, f32x4.lt(x, zero));
  return v128.bitselect(constant(minusInfinity), nonNegative, f32x4.eq(x, zero));
}
