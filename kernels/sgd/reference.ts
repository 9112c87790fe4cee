import type { FloatArray } from '../types.ts';

/** One step of stochastic gradient descent, in place over n parameters: p ← p − learningRate·(g + weightDecay·p). */
export function sgd(
  n: number,
  p: FloatArray,
  g: FloatArray,
  learningRate: number,
  weightDecay: number,
): void {
  for (let i = 0; i < n; i++) p[i] -= learningRate * (g[i] + weightDecay * p[i]);
}

/**
 * The same with momentum: velocity ← momentum·velocity + g + weightDecay·p; p ← p − learningRate·velocity.
 */
export function sgdMomentum(
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
