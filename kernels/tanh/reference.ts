import type { FloatArray } from '../types.ts';

/** y = tanh x elementwise over n elements. */
export function tanh(x: FloatArray, y: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) y[i] = Math.tanh(x[i]);
}

/** Gradient of `tanh` from its output: dx = dy·(1 − y²), elementwise over n elements. */
export function tanhGrad(dy: FloatArray, y: FloatArray, dx: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) dx[i] = dy[i] * (1 - y[i] * y[i]);
}
