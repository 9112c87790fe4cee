import { parentPort } from 'node:worker_threads';
import { InputError } from '../../../../errors.ts';
import { makeQuery } from './make.ts';
import type { Recipe } from './plan.ts';

/** What the worker answers: the features of the recipe it was sent, or what went wrong. */
export type WorkerAnswer =
  | { readonly frames: number; readonly bands: number; readonly features: Float32Array }
  | { readonly error: string; readonly isInput: boolean };

parentPort?.on('message', async (recipe: Recipe) => {
  try {
    const made = await makeQuery(recipe);
    parentPort?.postMessage(made satisfies WorkerAnswer, [made.features.buffer as ArrayBuffer]);
  } catch (error) {
    const isInput = error instanceof InputError;
    const text = isInput ? error.message : String((error as Error).stack ?? error);
    parentPort?.postMessage({ error: text, isInput } satisfies WorkerAnswer);
  }
});
