import { type Backend, type GpuMode, startBackend } from '../../../src/index.ts';

/** Both of gpu.js's modes, WebGPU where the browser offers it. */
export const modes: readonly GpuMode[] =
  (navigator as { gpu?: object }).gpu === undefined ? ['webgl2'] : ['webgl2', 'webgpu'];

const started = new Map<GpuMode, Promise<Backend>>();

/** The GPU backend in a mode, started once for all tests of a file. */
export function gpuBackend(mode: GpuMode): Promise<Backend> {
  let found = started.get(mode);
  if (found === undefined) {
    found = startBackend('gpu', { mode });
    started.set(mode, found);
  }
  return found;
}

/** The largest difference, relative to the largest reference value; Infinity for NaN. */
export function relativeError(found: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (found.length !== reference.length) return Infinity;
  let [difference, scale] = [0, 1e-30];
  for (let i = 0; i < reference.length; i++) {
    const own = Math.abs(found[i] - reference[i]);
    difference = Math.max(difference, Number.isNaN(own) ? Infinity : own);
    scale = Math.max(scale, Math.abs(reference[i]));
  }
  return difference / scale;
}
