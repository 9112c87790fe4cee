import type { FloatArray } from '../types.ts';

/** y = ln x elementwise over n elements: −∞ at 0, NaN below. */
export function log(x: FloatArray, y: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) y[i] = Math.log(x[i]);
}
