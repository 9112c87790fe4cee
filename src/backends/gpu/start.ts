import type { Backend } from '../backend.ts';
import { createGpuBackend } from './backend.ts';
import { type GpuMode, startDevice } from './device.ts';

/** Starts a GPU backend of its own, in a mode or in the first that works here. Rejects with InputError, and why, where none does. */
export const startGpu = async (mode?: GpuMode): Promise<Backend> => createGpuBackend(await startDevice(mode));
