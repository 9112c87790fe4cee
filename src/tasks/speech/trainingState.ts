import { basename } from 'node:path';
import { z } from 'zod';
import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
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

/**
 * Saves all that an exact continuation needs, and all that recognition needs. Where a manifest lies is left out: equal
 * trainings have equal checkpoints in any folder.
 *
 * @param corpus the checksum of what is trained on
 * @throws InputError when it cannot be written
 */
export async function saveTraining(
  path: string,
  { parameters, state }: Recogniser,
  optimizer: Optimizer,
  progress: Progress,
  corpus: string,
): Promise<void> {
  const { config } = state;
  const recogniser = { ...state, config: { ...config, corpus: basename(config.corpus) } };
  await saveProgress(
    path,
    withMoments(parameters, optimizer),
    progress,
    { recogniser, corpusSha256: corpus },
    config.training.keepCheckpoints,
  );
}

/**
 * Loads what `saveTraining` saved into the given parameters and optimizer, and returns the progress. Throws InputError
 * when the file is missing, damaged, or of another model, training or corpus; nothing is changed then.
 */
export async function restoreTraining(
  path: string,
  expected: RecogniserState,
  parameters: Tensors,
  optimizer: Optimizer,
  corpus: string,
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
  expectSameCorpus(path, checkpoint.state, corpus);
  writeTensors();
  optimizer.state.step = progress.losses.length - progress.skipped.length;
  return progress;
}

/** What decides a training's losses besides the model's sizes, which its tensors show, and the corpus. */
const DECISIVE = ['seed', 'backend', 'features', 'training'] as const;

function expectSameCorpus(path: string, state: unknown, expected: string): void {
  const found = ofCorpus.safeParse(state).data?.corpusSha256;
  if (found === expected) return;
  const what = found === undefined ? 'does not say what it was trained on' : 'was trained on another corpus';
  throw new InputError(
    `${path} ${what}; expected the recordings, transcripts and sets of now: it cannot be resumed`,
  );
}

const ofCorpus = z.object({ corpusSha256: z.string() });
