import type { Backend } from '../backend.ts';
import { createGpuBackend } from './backend.ts';
import { type Device, type GpuMode, startDevice } from './device.ts';

/**
 * The GPU backend in a mode, or in any that works here: the one that was started before, unless its device is lost, so that
 * parameters made on it stay usable. Rejects with InputError, and the reasons, where no mode works.
 */
export function startGpu(mode?: GpuMode): Promise<Backend> {
  // One start after another: two that are asked for at once are one.
  const found = lastStart.then(() => running(mode) ?? start(mode));
  lastStart = found.catch(() => {});
  return found;
}

/** What was started, the one asked for latest last. */
const started: { readonly device: Device; readonly backend: Backend }[] = [];
let lastStart: Promise<unknown> = Promise.resolve();

function running(mode?: GpuMode): Backend | undefined {
  const place = started.findLastIndex(
    ({ device }) => !device.isLost && (mode === undefined || device.mode === mode),
  );
  if (place < 0) return undefined;
  started.push(...started.splice(place, 1));
  return started[started.length - 1].backend;
}

async function start(mode?: GpuMode): Promise<Backend> {
  const device = await startDevice(mode);
  const backend = createGpuBackend(device);
  started.push({ device, backend });
  return backend;
}
