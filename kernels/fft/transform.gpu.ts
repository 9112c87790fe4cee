import type { Gpu, GpuBuffer } from '../launch.ts';
import { isSmooth } from './layout.ts';

/* Complex numbers are pairs of a real and an imaginary part; each part has a thread. */

/**
 * Whether structured products of size n transform: below, launching the passes takes longer than gathering all terms.
 * A matter of n alone, as the spectra of a product are made before it is known how many rows there are.
 */
export const transforms = (n: number): boolean => n >= 512 && isSmooth(n);

/** Passes of higher radix do more work; of lower, more of them are launched. */
const highestRadix = 16;

/**
 * Discrete Fourier transforms of `count` rows of n points, in place: x̂_k = Σ_i x_i e^(−2πi(ik)/n), in that order; of the n
 * roots of −1 in place of 1 when `skew` is not 0, which is x_i·e^(−πi·i/n) transformed. `back` is the conjugate transpose.
 *
 * A launch for each radix (Stockham, 1966): rows of ⌊n / L⌋ transforms of length L become transforms of length rL,
 *
 *     y[f + rL·k] = Σ_q x[f mod L + L(k + Mq)] e^(−2πi·qf/(rL)),   M = n / (rL), f < rL, k < M.
 */
export function transform(
  gpu: Gpu,
  count: number,
  n: number,
  skew: number,
  x: GpuBuffer,
  back: boolean,
): void {
  const roots = gpu.constant(`roots of ${n}`, () => rootsOf(n));
  const radices = radicesOf(n);
  let length = 1;
  radices.forEach((radix, pass) => {
    const span = length * radix;
    const twist =
      skew && !back && pass === 0 ? ' + at' : skew && back && pass === radices.length - 1 ? ' + o' : '';
    gpu.launch({
      name: back ? 'transformBack' : 'transform',
      reads: { x: [x, count * 2 * n], roots: [roots, 4 * n] },
      constants: { radix, length, span, groups: n / span, twoN: 2 * n },
      threads: { e: 2 * n, row: count },
      source: `
const o = Math.floor((e + 0.5) / 2);
const part = e - 2 * o;
const k = Math.floor((o + 0.5) / $span);
const f = o - k * $span;
const first = f - Math.floor((f + 0.5) / $length) * $length + $length * k;
const sign = ${back ? '2 * part - 1' : '1 - 2 * part'};
let sum = 0;
for (let q = 0; q < $radix; q++) {
  const at = first + $length * $groups * q;
  let turn = 2 * $groups * q * f${twist};
  turn = turn - Math.floor((turn + 0.5) / $twoN) * $twoN;
  sum += x[row * $twoN + 2 * at + part] * roots[2 * turn] + sign * x[row * $twoN + 2 * at + 1 - part] * roots[2 * turn + 1];
}
return sum;`,
      writes: [[x, count * 2 * n]],
    });
    length = span;
  });
}

/** Cosines and sines of all multiples of π / n: `[2n, 2]`. */
function rootsOf(n: number): Float32Array {
  return Float32Array.from({ length: 4 * n }, (_, i) => {
    const angle = (Math.PI * (i >> 1)) / n;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** Factors of a smooth n of at most `highestRadix`: about as few as there can be, and about equal, which is the least work. */
function radicesOf(n: number): number[] {
  const found: number[] = [];
  for (let left = n; left > 1; left /= found[found.length - 1]) {
    const passes = Math.ceil(Math.log(left) / Math.log(highestRadix) - 1e-9);
    const divisors = Array.from({ length: highestRadix - 1 }, (_, i) => i + 2).filter((d) => left % d === 0);
    found.push(divisors.find((d) => d >= left ** (1 / passes) - 1e-9) ?? divisors[divisors.length - 1]);
  }
  return found;
}
