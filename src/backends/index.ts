import { InputError } from '../errors.ts';
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
 * names one. Rejects with InputError, and the reason, when it cannot run here; nothing else is started in its place.
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
