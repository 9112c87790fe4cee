import type { Gpu, GpuBuffer } from '../launch.ts';
import { dropout as onHost } from './reference.ts';

/** The hash needs 32-bit integers, which gpu.js does not have: the mask is made on the host, the same as everywhere. */
export function dropout(gpu: Gpu, x: GpuBuffer, y: GpuBuffer, n: number, rate: number, seed: number): void {
  const mask = new Float32Array(n);
  onHost(new Float32Array(n).fill(1), mask, n, rate, seed);
  gpu.launch({
    name: 'dropout',
    reads: { x: [x, n], mask: [gpu.upload(mask), n] },
    threads: { i: n },
    source: 'return x[i] * mask[i];',
    writes: [[y, n]],
  });
}
