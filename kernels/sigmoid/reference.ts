import type { FloatArray } from '../types.ts';

/** y = 1 / (1 + e⁻ˣ), the logistic sigmoid, elementwise over n elements. */
export function sigmoid(x: FloatArray, y: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
}

/** Gradient of `sigmoid` from its output: dx = dy·y·(1 − y), elementwise over n elements. */
export function sigmoidGrad(dy: FloatArray, y: FloatArray, dx: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) dx[i] = dy[i] * y[i] * (1 - y[i]);
}
