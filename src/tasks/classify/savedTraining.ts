import { z } from 'zod';
import type { Tensors } from '../../autograd/grad.ts';
import type { Backend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { loadCheckpoint } from '../../io/checkpoint.ts';
import type { RecurrentModel } from '../../nn/recurrentModel.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { LOSSES, savedProgress, saveProgress } from '../training/savedProgress.ts';
import { checkSaved, expectSameTraining, withMoments } from '../training/savedTensors.ts';
import { noProgress, type Progress } from '../training/updates.ts';
import type { Batches } from './batches.ts';
import { type CarriedState, isStateName, namedStates, savedStates } from './carriedState.ts';
import type { ClassifierConfig } from './config.ts';

/** A training between two updates. */
export interface TrainingState {
  readonly task: string;
  readonly config: ClassifierConfig;
  readonly batches: Pick<Batches, 'stepsPerEpoch' | 'carriesState'>;
  readonly backend: Backend;
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  readonly optimizer: Optimizer;
  readonly progress: Progress;
  readonly carried: CarriedState | null;
}

/** Saves all that an exact continuation needs. Throws InputError when it cannot be written. */
export async function saveTraining(path: string, state: TrainingState): Promise<void> {
  const { task, config, batches, parameters, optimizer, progress, carried } = state;
  const tensors = { ...withMoments(parameters, optimizer), ...namedStates(carried ?? []) };
  const { stepsPerEpoch } = batches;
  await saveProgress(
    path,
    tensors,
    progress,
    { task, config, stepsPerEpoch },
    config.training.keepCheckpoints,
  );
}

/**
 * Loads what `saveTraining` saved into the parameters and the optimizer, and returns the rest. Throws InputError when the
 * file is missing, damaged, or of another training; nothing is changed then.
 */
export async function restoreTraining(
  path: string,
  expected: TrainingState,
): Promise<Pick<TrainingState, 'progress' | 'carried'>> {
  const saved = await loadCheckpoint(path);
  const result = schema.safeParse(saved.state);
  if (!result.success || result.data.task !== expected.task) {
    throw new InputError(`${path} is not a checkpoint of a training of ${expected.task}.`);
  }
  const { config, stepsPerEpoch } = result.data;
  const { seed, backend, layers, training } = expected.config;
  const now = { seed, backend, layers, training, stepsPerEpoch: expected.batches.stepsPerEpoch };
  expectSameTraining<Readonly<Record<keyof typeof now, unknown>>>(
    path,
    { ...config, stepsPerEpoch },
    now,
    DECISIVE,
  );
  const progress = await savedProgress(path, saved, noProgress());
  const named = withMoments(expected.parameters, expected.optimizer);
  const writeTensors = checkSaved(named, saved, path, (name) => name === LOSSES || isStateName(name));
  const withinEpoch = progress.losses.length % stepsPerEpoch !== 0;
  const carried =
    expected.batches.carriesState && withinEpoch
      ? savedStates(saved, expected.model.layers.length, expected.backend, path)
      : null;
  writeTensors();
  expected.optimizer.state.step = progress.losses.length - progress.skipped.length;
  return { progress, carried };
}

const DECISIVE = ['seed', 'backend', 'layers', 'training', 'stepsPerEpoch'] as const;

const schema = z.object({
  task: z.string(),
  config: z.object({ seed: z.unknown(), backend: z.unknown(), layers: z.unknown(), training: z.unknown() }),
  stepsPerEpoch: z.number(),
});
