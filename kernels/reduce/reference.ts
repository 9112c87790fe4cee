import type { FloatArray } from '../types.ts';

/** y[o, i] = Σ_a x[o, a, i]: x is `[outer, axis, inner]`, y is `[outer, inner]`; an empty sum is 0. */
export function sumAxis(x: FloatArray, y: FloatArray, outer: number, axis: number, inner: number): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let a = 0; a < axis; a++) sum += x[(o * axis + a) * inner + i];
      y[o * inner + i] = sum;
    }
  }
}
