import type { Tensors } from '../../autograd/grad.ts';
import { type Backend, backend, chooseBackend, startBackend } from '../../backends/index.ts';
import type { RecurrentModel } from '../../nn/recurrentModel.ts';
import { summarise } from '../../nn/summary.ts';
import { tensor } from '../../tensor/tensor.ts';

/** What a configuration may say computes a training: a backend, or whichever of wasm and gpu is faster here. */
export const BACKEND_CHOICES = ['wasm', 'reference', 'gpu', 'auto'] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** A backend that is ready, and why it was chosen where that was left open. */
export interface StartedBackend {
  readonly backend: Backend;
  readonly reason?: string;
}

/**
 * Starts what a configuration names; `auto` measures products of `macs` multiply-accumulates. Rejects with InputError, and the
 * reason, where a backend that is named cannot run.
 */
export async function startChosen(name: BackendChoice, macs: number): Promise<StartedBackend> {
  return name === 'auto' ? chooseBackend({ macs }) : { backend: await startBackend(name) };
}

/** Multiply-accumulates of a model's largest product for so many sequences at once: what most of its training is made of. */
export const largestProduct = (model: RecurrentModel, sequences: number): number =>
  sequences * Math.max(...summarise(model).rows.map(({ macs }) => macs));

/** Parameters where their numbers can be had at once: themselves, or copies on wasm of those on a GPU. */
export async function readable(parameters: Tensors): Promise<Tensors> {
  const entries = Object.entries(parameters).map(async ([name, parameter]) => {
    if (parameter.backend.readsAtOnce) return [name, parameter] as const;
    const copy = tensor(await parameter.data(), parameter.shape, { backend: backend('wasm') });
    copy.storage.persist();
    return [name, copy] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
