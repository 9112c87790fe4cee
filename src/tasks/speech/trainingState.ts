import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { loadCheckpoint } from '../../io/checkpoint.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { checkSaved, expectSameTraining, saveTensors, withMoments } from '../training/savedTensors.ts';
import type { Progress as CommonProgress } from '../training/updates.ts';
import type { Recogniser, RecogniserState } from './recogniser.ts';
import { parseProgress, parseRecogniserState } from './savedState.ts';

/** What a run remembers from step to step; its frames are of 10 ms. */
export interface Progress extends CommonProgress {
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

/** Saves all that an exact continuation needs, and all that recognition needs. Throws InputError when it cannot be written. */
export async function saveTraining(
  path: string,
  { parameters, state }: Recogniser,
  optimizer: Optimizer,
  progress: Progress,
): Promise<void> {
  await saveTensors(path, withMoments(parameters, optimizer), { recogniser: state, progress });
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
  const writeTensors = checkSaved(withMoments(parameters, optimizer), tensors, path);
  expectSameTraining(path, saved.config, expected.config, DECISIVE);
  writeTensors();
  optimizer.state.step = progress.losses.length;
  return progress;
}

/** What decides a training's losses besides the model's sizes, which its tensors show. */
const DECISIVE = ['seed', 'backend', 'corpus', 'corpusSeed', 'features', 'training'] as const;
