import type { Backend, RawBuffer } from './backend.ts';

/** Sides of the square products that a calibration times. */
const sides = [64, 256, 1024] as const;
const repeats = 3;

/** What a calibration found on this machine. */
export interface Calibration {
  /** Multiply-accumulates of one product, and the milliseconds it took on either backend: the least of a few. */
  readonly products: readonly { readonly macs: number; readonly cpu: number; readonly gpu: number }[];
  /** The smallest product, in multiply-accumulates, from which the GPU is faster; Infinity if it never was. */
  readonly gpuFrom: number;
}

/** Times products of a few sizes on both backends, from arrays on the host to numbers read back. */
export async function calibrate(cpu: Backend, gpu: Backend): Promise<Calibration> {
  const products: { macs: number; cpu: number; gpu: number }[] = [];
  for (const side of sides) {
    products.push({ macs: side ** 3, cpu: await timeOf(cpu, side), gpu: await timeOf(gpu, side) });
  }
  return { products, gpuFrom: crossing(products) };
}

/** The least size from which on the GPU won every time; Infinity where it lost the largest. */
export function crossing(products: Calibration['products']): number {
  let from = Infinity;
  for (const { macs, cpu, gpu } of [...products].sort((a, b) => b.macs - a.macs)) {
    if (gpu >= cpu) break;
    from = macs;
  }
  return from;
}

async function timeOf(backend: Backend, side: number): Promise<number> {
  const entries = Float32Array.from({ length: side * side }, (_, i) => Math.sin(i));
  let least = Infinity;
  // The first compiles.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const mark = backend.mark();
    const start = performance.now();
    const [a, b]: RawBuffer[] = [backend.upload(entries), backend.upload(entries)];
    const c = backend.allocate(side * side, 'float32');
    backend.kernels.matmul(side, side, side, a, side, 1, b, side, 1, c, side, 0);
    const values = backend.readLater(c, side * side, 'float32');
    // Before anything is waited for, since others may use the backend meanwhile; what is being read is held until it is.
    backend.reset(mark);
    await values;
    if (repeat > 0) least = Math.min(least, performance.now() - start);
  }
  return least;
}
