import type { FloatArray } from '../types.ts';

/**
 * Inverted dropout (Srivastava et al., 2014): y[i] = x[i] / (1 − rate) where hash(seed, i) ≥ rate, else 0.
 *
 * The hash of the element's index and of `seed` (an unsigned 32-bit integer) stands for a uniform number in
 * [0, 1), so the same seed drops the same elements on every backend and in the backward pass, and nothing has to
 * be stored. 0 ≤ rate < 1.
 */
export function dropout(x: FloatArray, y: FloatArray, n: number, rate: number, seed: number): void {
  const threshold = rate * 2 ** 32;
  const key = mix(seed);
  const offset = mix(seed + 0x9e3779b9);
  for (let i = 0; i < n; i++) {
    const hash = mix(mix(i ^ key) + offset);
    y[i] = hash >= threshold ? x[i] / (1 - rate) : 0;
  }
}

/** The finalizer of MurmurHash3 (Appleby, 2011): a bijection of 32-bit integers in which every bit affects all. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
