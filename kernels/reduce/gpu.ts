import type { Gpu, GpuBuffer } from '../launch.ts';

/** Terms that one thread adds up. */
const atOnce = 64;

/** Long sums are sums of sums, which spreads the work and keeps the rounding errors small. */
export function sumAxis(
  gpu: Gpu,
  x: GpuBuffer,
  y: GpuBuffer,
  outer: number,
  axis: number,
  inner: number,
): void {
  if (axis === 0) {
    gpu.zero(y, outer * inner);
    return;
  }
  const parts = Math.ceil(axis / atOnce);
  const sums = parts === 1 ? y : gpu.allocate(outer * parts * inner);
  const terms = parts === 1 ? axis : atOnce;
  gpu.launch({
    name: 'sumAxis',
    reads: { x: [x, outer * axis * inner] },
    constants: { terms, axis, inner },
    threads: inner === 1 ? { part: parts, o: outer } : { i: inner, part: parts, o: outer },
    source: `
let sum = 0;
for (let k = 0; k < $terms; k++) {
  if (part * $terms + (k | 0) < $axis) {
    sum += x[(o * $axis + part * $terms + k) * $inner${inner === 1 ? '' : ' + i'}];
  }
}
return sum;`,
    writes: [[sums, outer * parts * inner]],
  });
  if (parts > 1) sumAxis(gpu, sums, y, outer, parts, inner);
}
