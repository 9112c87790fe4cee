import type { FloatArray } from '../types.ts';

/**
 * One step of stochastic gradient descent with momentum, in place over n parameters:
 * velocity ← momentum·velocity + g + weightDecay·p; p ← p − learningRate·velocity.
 */
export function sgd(
  n: number,
  p: FloatArray,
  g: FloatArray,
  velocity: FloatArray,
  learningRate: number,
  momentum: number,
  weightDecay: number,
): void {
  for (let i = 0; i < n; i++) {
    velocity[i] = momentum * velocity[i] + g[i] + weightDecay * p[i];
    p[i] -= learningRate * velocity[i];
  }
}
