import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { loadCheckpoint, saveCheckpoint } from '../../io/checkpoint.ts';
import { adam } from '../../optim/adam.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { sgd } from '../../optim/sgd.ts';
import type { SpeechConfig } from './config.ts';
import { type Recogniser, type RecogniserState, savedValues } from './recogniser.ts';
import { parseProgress, parseRecogniserState } from './savedState.ts';

/** What a run remembers from step to step, besides tensors. No state of a generator: all chance is keyed by the step. */
export interface Progress {
  readonly losses: number[];
  seconds: number;
  /** 10 ms frames trained on. */
  frames: number;
  /** Floating-point operations of the LSTM layers' products. */
  lstmFlops: number;
  /** Seconds in the ops that hold those products. */
  lstmSeconds: number;
}

/** The progress of a run that has not begun. */
export const noProgress = (): Progress => ({
  losses: [],
  seconds: 0,
  frames: 0,
  lstmFlops: 0,
  lstmSeconds: 0,
});

/** The optimizer that a configuration names, before its first step. */
export const newOptimizer = (parameters: Tensors, training: SpeechConfig['training']): Optimizer =>
  training.optimizer === 'adam' ? adam(parameters, training) : sgd(parameters, training);

/** Saves all that an exact continuation needs, and all that recognition needs. Throws InputError when it cannot be written. */
export async function saveTraining(
  path: string,
  recogniser: Recogniser,
  optimizer: Optimizer,
  progress: Progress,
): Promise<void> {
  const named = everyTensor(recogniser.parameters, optimizer);
  const tensors = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [
      name,
      { dtype: 'F32' as const, shape: [...value.shape], data: value.dataSync() as Float32Array },
    ]),
  );
  await saveCheckpoint(path, { tensors, state: { recogniser: recogniser.state, progress } });
}

/**
 * Loads what `saveTraining` saved into the given parameters and optimizer, and returns the progress. Throws InputError
 * when the file is missing, damaged, or of another model or training; nothing is changed then.
 */
export async function restoreTraining(
  path: string,
  expected: RecogniserState,
  parameters: Tensors,
  optimizer: Optimizer,
): Promise<Progress> {
  const { tensors, state } = await loadCheckpoint(path);
  const saved = parseRecogniserState(state, path);
  const progress = parseProgress(state, path);
  if (saved.model !== expected.model) {
    throw new InputError(`${path} is a checkpoint of the model ${saved.model}, expected ${expected.model}.`);
  }
  const loaded = Object.entries(everyTensor(parameters, optimizer)).map(
    ([key, target]) => [target, savedValues(tensors, key, target.shape, path)] as const,
  );
  checkSameTraining(path, saved, expected);
  for (const [target, values] of loaded) target.storage.overwrite(values);
  optimizer.state.step = progress.losses.length;
  return progress;
}

function everyTensor(parameters: Tensors, optimizer: Optimizer): Tensors {
  const moments = Object.entries(optimizer.state.tensors);
  return {
    ...parameters,
    ...Object.fromEntries(moments.map(([name, value]) => [`optimizer.${name}`, value])),
  };
}

/** What decides a training's losses besides the model's sizes, which its tensors show. */
const DECISIVE = ['seed', 'backend', 'corpus', 'corpusSeed', 'features', 'training'] as const;

function checkSameTraining(path: string, saved: RecogniserState, expected: RecogniserState): void {
  for (const key of DECISIVE) {
    const [before, now] = [saved, expected].map(({ config }) => JSON.stringify(config[key]));
    if (before !== now) {
      throw new InputError(`${path} was begun with ${key} ${before}, expected ${now}: it cannot be resumed.`);
    }
  }
}
