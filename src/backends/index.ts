import { InputError } from '../errors.ts';
import { type Calibration, calibrate } from './auto.ts';
import type { Backend, BackendName } from './backend.ts';
import type { GpuMode } from './gpu/device.ts';
import { createReferenceBackend } from './reference/backend.ts';
import { createWasmBackend } from './wasm/backend.ts';

export type { Backend, BackendName, DType, Kernels, RawBuffer, Taken } from './backend.ts';
export type { GpuMode } from './gpu/device.ts';

/** The backend of that name, started at its first use. Throws InputError for an unknown name, or when it cannot run here. */
export function backend(name: BackendName): Backend {
  if (!Object.hasOwn(creators, name)) {
    throw new InputError(`backend is '${name}', expected one of ${Object.keys(creators).join(', ')}.`);
  }
  let found = started.get(name);
  if (found === undefined) {
    found = creators[name]();
    started.set(name, found);
  }
  return found;
}

/**
 * The backend of that name once it is ready: the GPU's must be waited for, and runs on WebGPU, else on WebGL2, unless `mode`
 * names one. One that runs already is given again. Rejects with InputError, and the reason, when it cannot run here; nothing
 * else is started in its place.
 */
export async function startBackend(
  name: BackendName,
  { mode }: { readonly mode?: GpuMode } = {},
): Promise<Backend> {
  if (name !== 'gpu') return backend(name);
  const { startGpu } = await import('./gpu/start.ts');
  const found = await startGpu(mode);
  started.set('gpu', found);
  return found;
}

/** The backend that `chooseBackend` took, and why. */
export interface Choice {
  readonly backend: Backend;
  readonly reason: string;
  /** Null where there is no GPU to compare with. */
  readonly calibration: Calibration | null;
}

/**
 * The GPU's backend where products of `macs` multiply-accumulates, those that most of the work is, were faster on it in a
 * calibration on this machine; otherwise wasm. The reason tells which, with the times, or why there is no GPU.
 */
export async function chooseBackend({ macs }: { readonly macs: number }): Promise<Choice> {
  const cpu = backend('wasm');
  let gpu: Backend;
  try {
    gpu = await startBackend('gpu');
  } catch (error) {
    return { backend: cpu, reason: (error as Error).message, calibration: null };
  }
  const calibration = await calibrate(cpu, gpu);
  const found = macs >= calibration.gpuFrom ? gpu : cpu;
  const times = calibration.products.map(
    (product) => `${product.macs}: ${product.cpu.toFixed(1)} and ${product.gpu.toFixed(1)} ms`,
  );
  const reason = `${found.description} for products of ${macs} multiply-accumulates. On wasm and on the GPU took ${times.join(', ')}.`;
  return { backend: found, reason, calibration };
}

/** The backend on which float32 tensors are made when none is named. */
export function defaultBackend(): Backend {
  return backend(chosen);
}

/** Makes `name` the default backend from here on. Throws InputError when it cannot run here. */
export function useBackend(name: BackendName): Backend {
  const found = backend(name);
  chosen = name;
  return found;
}

const creators: Readonly<Record<BackendName, () => Backend>> = {
  reference: createReferenceBackend,
  wasm: createWasmBackend,
  gpu() {
    throw new InputError(
      "backend 'gpu' has not been started, which takes time that has to be waited for: await startBackend('gpu') first.",
    );
  },
};
const started = new Map<BackendName, Backend>();
let chosen: BackendName = 'wasm';
