import { constant64, madd64 } from '../vector.simd';

// Coefficients: own weighted least-squares fits, relative error 3e-16 for (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2 and
// 2e-16 for (ln((1+s)/(1−s)) − 2s) / s³ in s².
const table = memory.data<f64>(
  [
    -708, 1.4426950408889634, 6755399441056767, -0.6931471803691238, -1.9082149292705877e-10, 1,
    0.499999999999983, 0.16666666666611343, 0.04166666666815362, 0.008333333370962811, 0.0013888888511254145,
    0.00019841185109755865, 2.480193760763473e-5, 2.7635044096756224e-6, 2.7474439352955535e-7,
    0.6666666666658727, 0.4000000005226104, 0.28571417130751414, 0.22223371664827843, 0.1812364203325539,
    0.16819838681388308, 0.7071067811865476, 4503599627370496, -1e300, 2, 0.6931471803691238,
    1.9082149292705877e-10,
  ],
  16,
);
const lowest = table;
const log2e = table + 8;
const magic = table + 16;
const minusLn2High = table + 24;
const minusLn2Low = table + 32;
const one = table + 40;
const e2 = table + 48;
const e3 = table + 56;
const e4 = table + 64;
const e5 = table + 72;
const e6 = table + 80;
const e7 = table + 88;
const e8 = table + 96;
const e9 = table + 104;
const e10 = table + 112;
const l1 = table + 120;
const l2 = table + 128;
const l3 = table + 136;
const l4 = table + 144;
const l5 = table + 152;
const l6 = table + 160;
const sqrtHalf = table + 168;
const two52 = table + 176;
const mostNegative = table + 184;
const two = table + 192;
const ln2High = table + 200;
const ln2Low = table + 208;

/** eˣ for x ≤ 0 in float64; from −708 down it stays at e⁻⁷⁰⁸, which is 0 to every sum here. NaN stays NaN. */
@inline
export function expLanes64(x: v128): v128 {
  const bounded = f64x2.pmax(x, constant64(lowest));
  const rounded = madd64(bounded, constant64(log2e), constant64(magic));
  const n = f64x2.sub(rounded, constant64(magic));
  const r = madd64(n, constant64(minusLn2Low), madd64(n, constant64(minusLn2High), bounded));
  const r2 = f64x2.mul(r, r);
  // Odd and even powers apart: two short chains instead of a long one.
  let odd = madd64(constant64(e9), r2, constant64(e7));
  let even = madd64(constant64(e10), r2, constant64(e8));
  odd = madd64(odd, r2, constant64(e5));
  even = madd64(even, r2, constant64(e6));
  odd = madd64(odd, r2, constant64(e3));
  even = madd64(even, r2, constant64(e4));
  even = madd64(even, r2, constant64(e2));
  const p = f64x2.add(madd64(madd64(odd, r, even), r2, r), constant64(one));
  return f64x2.mul(p, i64x2.shl(rounded, 52));
}

/** ln z for finite z ≥ √½ in float64, as log/simd.ts does; NaN stays NaN. */
@inline
export function logLanes64(z: v128): v128 {
  const exponent = i64x2.shr_u(i64x2.sub(z, constant64(sqrtHalf)), 52);
  const e = f64x2.sub(v128.or(exponent, constant64(two52)), constant64(two52));
  const f = f64x2.sub(i64x2.sub(z, i64x2.shl(exponent, 52)), constant64(one));
  const s = f64x2.div(f, f64x2.add(f, constant64(two)));
  const s2 = f64x2.mul(s, s);
  let p = madd64(constant64(l6), s2, constant64(l5));
  p = madd64(p, s2, constant64(l4));
  p = madd64(p, s2, constant64(l3));
  p = madd64(p, s2, constant64(l2));
  p = madd64(p, s2, constant64(l1));
  const correction = madd64(e, constant64(ln2Low), f64x2.mul(s, f64x2.sub(f64x2.mul(p, s2), f)));
  return f64x2.add(madd64(e, constant64(ln2High), f), correction);
}

/** ln(eᵃ + eᵇ + eᶜ) in float64, of values below ∞; NaN if one is. */
@inline
export function logAddLanes64(a: v128, b: v128, c: v128): v128 {
  const larger = f64x2.max(a, b);
  const largest = f64x2.max(larger, c);
  // Three times −∞ would give −∞ − −∞.
  const origin = f64x2.pmax(largest, constant64(mostNegative));
  const first = expLanes64(f64x2.sub(f64x2.pmin(a, b), origin));
  const second = expLanes64(f64x2.sub(f64x2.pmin(larger, c), origin));
  return f64x2.add(largest, logLanes64(f64x2.add(constant64(one), f64x2.add(first, second))));
}
