import type { Tensors } from '../../autograd/grad.ts';
import { CheckpointError, loadCheckpoint } from '../../io/checkpoint.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { LOSSES, savedProgress, saveProgress } from '../training/savedProgress.ts';
import { checkSaved, expectSameTraining, withMoments } from '../training/savedTensors.ts';
import { type Progress as CommonProgress, noProgress as none, type Times } from '../training/updates.ts';
import type { Recogniser, RecogniserState } from './recogniser.ts';
import { parseRecogniserState } from './savedState.ts';

/** What a run remembers from step to step; its frames are of 10 ms. */
export interface Progress extends CommonProgress {
  /** Floating-point operations of the LSTM layers' products. */
  lstmFlops: number;
  /** With the seconds in the ops that hold those products. */
  readonly times: Times & { lstmSeconds: number };
}

/** The progress of a run that has not begun. */
export const noProgress = (): Progress => ({
  ...none(),
  lstmFlops: 0,
  times: { seconds: 0, lstmSeconds: 0 },
});

/** Saves all that an exact continuation needs, and all that recognition needs. Throws InputError when it cannot be written. */
export async function saveTraining(
  path: string,
  { parameters, state }: Recogniser,
  optimizer: Optimizer,
  progress: Progress,
): Promise<void> {
  const { keepCheckpoints } = state.config.training;
  await saveProgress(
    path,
    withMoments(parameters, optimizer),
    progress,
    { recogniser: state },
    keepCheckpoints,
  );
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
  const checkpoint = await loadCheckpoint(path);
  const saved = parseRecogniserState(checkpoint.state, path);
  const progress = await savedProgress(path, checkpoint, noProgress());
  if (saved.model !== expected.model) {
    const sentence = `it is a checkpoint of the model ${saved.model}, expected ${expected.model}`;
    throw new CheckpointError(path, 0, 'model', sentence);
  }
  const writeTensors = checkSaved(
    withMoments(parameters, optimizer),
    checkpoint,
    path,
    (name) => name === LOSSES,
  );
  expectSameTraining(path, saved.config, expected.config, DECISIVE);
  writeTensors();
  optimizer.state.step = progress.losses.length - progress.skipped.length;
  return progress;
}

/** What decides a training's losses besides the model's sizes, which its tensors show. */
const DECISIVE = ['seed', 'backend', 'corpus', 'corpusSeed', 'features', 'training'] as const;
