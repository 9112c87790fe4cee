import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { type Checkpoint, saveCheckpoint } from '../../io/checkpoint.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { type Shape, sameShape, show } from '../../tensor/shape.ts';

/** Name of the file that training writes into a model's folder. */
export const CHECKPOINT = 'checkpoint.safetensors';

/** A model's parameters, and an optimizer's moments by `optimizer.MOMENT.PARAMETER`. */
export function withMoments(parameters: Tensors, optimizer: Optimizer): Tensors {
  const moments = Object.entries(optimizer.state.tensors);
  return {
    ...parameters,
    ...Object.fromEntries(moments.map(([name, value]) => [`optimizer.${name}`, value])),
  };
}

/** Saves float32 tensors and a JSON value as a checkpoint. Throws InputError when it cannot be written. */
export async function saveTensors(path: string, named: Tensors, state: unknown): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [
      name,
      { dtype: 'F32' as const, shape: [...value.shape], data: value.dataSync() as Float32Array },
    ]),
  );
  await saveCheckpoint(path, { tensors, state });
}

/**
 * Checks that a checkpoint has values for all tensors, and returns what writes them. Throws InputError as `savedValues`
 * does.
 */
export function checkSaved(named: Tensors, saved: Checkpoint['tensors'], path: string): () => void {
  const found = Object.entries(named).map(
    ([name, target]) => [target, savedValues(saved, name, target.shape, path)] as const,
  );
  return () => {
    for (const [target, values] of found) target.storage.overwrite(values);
  };
}

/** One float32 tensor of a checkpoint. Throws InputError naming the file when it is missing, of another kind, or not finite. */
export function savedValues(
  tensors: Checkpoint['tensors'],
  name: string,
  shape: Shape,
  path: string,
): Float32Array {
  const saved = tensors[name];
  if (saved === undefined) throw new InputError(`${path}: the tensor ${name} is missing.`);
  if (!sameShape(saved.shape, shape) || !(saved.data instanceof Float32Array)) {
    throw new InputError(
      `${path}: the tensor ${name} is ${saved.dtype} ${show(saved.shape)}, expected F32 ${show(shape)}.`,
    );
  }
  if (!saved.data.every(Number.isFinite)) {
    throw new InputError(`${path}: the tensor ${name} holds a number that is not finite.`);
  }
  return saved.data;
}

/** Throws InputError where a saved training was begun with another value under one of the keys. */
export function expectSameTraining<Config extends object>(
  path: string,
  saved: Config,
  expected: Config,
  keys: readonly (keyof Config & string)[],
): void {
  for (const key of keys) {
    const [before, now] = [saved, expected].map((config) => JSON.stringify(config[key]));
    if (before !== now) {
      throw new InputError(`${path} was begun with ${key} ${before}, expected ${now}: it cannot be resumed.`);
    }
  }
}
