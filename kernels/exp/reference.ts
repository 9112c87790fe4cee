import type { FloatArray } from '../types.ts';

/** y = eˣ elementwise over n elements. */
export function exp(x: FloatArray, y: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) y[i] = Math.exp(x[i]);
}
