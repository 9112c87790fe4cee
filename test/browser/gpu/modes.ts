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
