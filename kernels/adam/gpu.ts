import type { Gpu, GpuBuffer } from '../launch.ts';

export function adam(
  gpu: Gpu,
  n: number,
  p: GpuBuffer,
  g: GpuBuffer,
  m: GpuBuffer,
  v: GpuBuffer,
  learningRate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  correction1: number,
  correction2: number,
  weightDecay: number,
): void {
  gpu.launch({
    name: 'adam',
    reads: { p: [p, n], g: [g, n], m: [m, n], v: [v, n] },
    // Differences from 1 are taken in double precision.
    numbers: {
      learningRate,
      beta1,
      rest1: 1 - beta1,
      beta2,
      rest2: 1 - beta2,
      epsilon,
      correction1,
      correction2,
      kept: 1 - learningRate * weightDecay,
    },
    threads: { i: n, which: 3 },
    source: `
const mean = beta1 * m[i] + rest1 * g[i];
if (which === 0) { return mean; }
const square = beta2 * v[i] + rest2 * g[i] * g[i];
if (which === 1) { return square; }
return p[i] * kept - learningRate * (mean / correction1 / (Math.sqrt(square / correction2) + epsilon));`,
    writes: [
      [m, n],
      [v, n],
      [p, n],
    ],
  });
}
