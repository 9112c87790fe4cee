import { unary } from '../elementwise/gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

export const sigmoid = unary('sigmoid', 'return sigmoid(v);');

export function sigmoidGrad(gpu: Gpu, dy: GpuBuffer, y: GpuBuffer, dx: GpuBuffer, n: number): void {
  gpu.launch({
    name: 'sigmoidGrad',
    reads: { dy: [dy, n], y: [y, n] },
    threads: { i: n },
    source: 'const s = y[i];\nreturn dy[i] * s * (1 - s);',
    writes: [[dx, n]],
  });
}
