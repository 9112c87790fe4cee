import type { Gpu, GpuBuffer } from '../launch.ts';

export function sgd(
  gpu: Gpu,
  n: number,
  p: GpuBuffer,
  g: GpuBuffer,
  learningRate: number,
  weightDecay: number,
): void {
  gpu.launch({
    name: 'sgd',
    reads: { p: [p, n], g: [g, n] },
    numbers: { learningRate, weightDecay },
    threads: { i: n },
    source: 'return p[i] - learningRate * (g[i] + weightDecay * p[i]);',
    writes: [[p, n]],
  });
}

export function sgdMomentum(
  gpu: Gpu,
  n: number,
  p: GpuBuffer,
  g: GpuBuffer,
  velocity: GpuBuffer,
  learningRate: number,
  momentum: number,
  weightDecay: number,
): void {
  gpu.launch({
    name: 'sgdMomentum',
    reads: { p: [p, n], g: [g, n], velocity: [velocity, n] },
    numbers: { learningRate, momentum, weightDecay },
    threads: { i: n, which: 2 },
    source: `
const v = momentum * velocity[i] + g[i] + weightDecay * p[i];
if (which === 0) { return v; }
return p[i] - learningRate * v;`,
    writes: [
      [velocity, n],
      [p, n],
    ],
  });
}
