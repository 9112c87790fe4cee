import { unary } from '../elementwise/gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

export const tanh = unary('tanh', 'return hyperbolicTangent(v);');

export function tanhGrad(gpu: Gpu, dy: GpuBuffer, y: GpuBuffer, dx: GpuBuffer, n: number): void {
  gpu.launch({
    name: 'tanhGrad',
    reads: { dy: [dy, n], y: [y, n] },
    threads: { i: n },
    source: 'const t = y[i];\nreturn dy[i] * (1 - t * t);',
    writes: [[dx, n]],
  });
}
