import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { CheckpointError, type LoadedCheckpoint } from '../../io/checkpoint.ts';
import type { SavedTensor } from '../../io/safetensors.ts';
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

/** Float32 tensors as a checkpoint keeps them. Rejects with InputError naming one that holds a number which is not finite. */
export async function tensorsToSave(named: Tensors): Promise<Record<string, SavedTensor>> {
  const entries = Object.entries(named).map(async ([name, value]): Promise<[string, SavedTensor]> => {
    const data = (await value.data()) as Float32Array;
    if (!data.every(Number.isFinite)) {
      throw new InputError(`the tensor ${name} holds a number that is not finite, and is not saved`);
    }
    return [name, { dtype: 'F32', shape: [...value.shape], data }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What of a checkpoint its tensors are read from. */
export type SavedTensors = Pick<LoadedCheckpoint, 'tensors' | 'offsets'>;

/**
 * Checks that a checkpoint has values for all tensors and, but for those that `isOther` knows, no more, and returns what
 * writes them.
 *
 * @throws CheckpointError naming the tensors that are missing, of another kind, too many, or not finite
 */
export function checkSaved(
  named: Tensors,
  saved: SavedTensors,
  path: string,
  isOther: (name: string) => boolean,
): () => void {
  const differences = Object.entries(named).flatMap(([name, { shape }]) => difference(saved, name, shape));
  for (const name of Object.keys(saved.tensors)) {
    if (named[name] === undefined && !isOther(name))
      differences.push(`the tensor ${name} is not in this model`);
  }
  refuseAnother(path, differences);
  const found = Object.entries(named).map(
    ([name, target]) => [target, savedValues(saved, name, target.shape, path)] as const,
  );
  return () => {
    for (const [target, values] of found) target.storage.overwrite(values);
  };
}

/** One float32 tensor of a checkpoint. Throws CheckpointError when it is missing, of another kind, or not finite. */
export function savedValues(saved: SavedTensors, name: string, shape: Shape, path: string): Float32Array {
  refuseAnother(path, difference(saved, name, shape));
  const data = saved.tensors[name]!.data as Float32Array;
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const offset = saved.offsets[name]! + wrong * data.BYTES_PER_ELEMENT;
    const sentence = `the tensor ${name} holds a number that is not finite (${data[wrong]}, its element ${wrong})`;
    throw new CheckpointError(path, offset, 'finite', sentence);
  }
  return data;
}

/** In what a saved tensor is not the one that is wanted; nothing where it is. */
function difference({ tensors }: SavedTensors, name: string, shape: Shape): string[] {
  const saved = tensors[name];
  if (saved === undefined) return [`the tensor ${name} is missing`];
  if (sameShape(saved.shape, shape) && saved.data instanceof Float32Array) return [];
  return [`the tensor ${name} is ${saved.dtype} ${show(saved.shape)}, expected F32 ${show(shape)}`];
}

function refuseAnother(path: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  const more = differences.length > LISTED ? `; and ${differences.length - LISTED} more` : '';
  throw new CheckpointError(path, 0, 'model', `${differences.slice(0, LISTED).join('; ')}${more}`);
}

const LISTED = 8;

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
      throw new InputError(`${path} was begun with ${key} ${before}, expected ${now}: it cannot be resumed`);
    }
  }
}
