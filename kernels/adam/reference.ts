import type { FloatArray } from '../types.ts';

/**
 * One Adam step with decoupled weight decay (Kingma and Ba, arXiv 1412.6980; Loshchilov and Hutter, 1711.05101),
 * in place over n parameters:
 *
 *     p ← p − learningRate·weightDecay·p
 *     m ← beta1·m + (1 − beta1)·g
 *     v ← beta2·v + (1 − beta2)·g²
 *     p ← p − learningRate·(m / correction1) / (√(v / correction2) + epsilon)
 *
 * with correctionᵢ = 1 − betaᵢᵗ at step t = 1, 2, ….
 */
export function adam(
  n: number,
  p: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  learningRate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  correction1: number,
  correction2: number,
  weightDecay: number,
): void {
  for (let i = 0; i < n; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    const direction = m[i] / correction1 / (Math.sqrt(v[i] / correction2) + epsilon);
    p[i] = p[i] * (1 - learningRate * weightDecay) - learningRate * direction;
  }
}
