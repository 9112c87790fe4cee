import { InputError } from '../../errors.ts';
import type { StepResult } from '../../train/step.ts';

/** What a training remembers from update to update, besides tensors. No state of a generator: all chance is keyed by the update. */
export interface Progress {
  /** Mean loss of every update, in order. */
  readonly losses: number[];
  /** Of training, without evaluation. */
  seconds: number;
  /** Frames trained on: 10 ms of audio, rows of images, characters. */
  frames: number;
}

/** What an update came to. */
export interface Update {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** What is told of an update. */
export interface UpdateReport extends Update {
  /** Updates made so far, and in all. */
  readonly step: number;
  readonly steps: number;
  readonly framesPerSecond: number;
}

export interface Updates {
  readonly progress: Progress;
  /** Updates in all. */
  readonly steps: number;
  /** Updates between two checkpoints. */
  readonly checkpointEverySteps: number;
  /** Once aborted, a checkpoint is saved and no update is made any more. */
  readonly signal?: AbortSignal;
  /** Makes an update, counted from 1, and counts its frames. */
  update(step: number): Update | Promise<Update>;
  save(step: number): Promise<void>;
  readonly onUpdate?: (report: UpdateReport) => void;
}

/** A loss or a gradient that is no finite number: the training cannot go on. */
export class DivergenceError extends InputError {}

/** Makes the updates that are left of a training. False when an abort left some. */
export async function makeUpdates(updates: Updates): Promise<boolean> {
  const { progress, steps, signal, checkpointEverySteps, onUpdate } = updates;
  while (progress.losses.length < steps) {
    const step = progress.losses.length + 1;
    const start = performance.now();
    const made = await updates.update(step);
    progress.losses.push(made.loss);
    progress.seconds += (performance.now() - start) / 1000;
    onUpdate?.({ ...made, step, steps, framesPerSecond: progress.frames / progress.seconds });
    // Lets signals and messages in.
    await new Promise((resolve) => setImmediate(resolve));
    const interrupted = signal?.aborted === true && step < steps;
    if (interrupted || step === steps || step % checkpointEverySteps === 0) await updates.save(step);
    if (interrupted) return false;
  }
  return true;
}

/** Throws DivergenceError where an update was not applied. */
export function expectApplied({ applied, loss, norm }: StepResult, name: string, step: number): void {
  if (applied) return;
  throw new DivergenceError(
    `Training of ${name} stopped at step ${step}: the loss is ${loss} and the gradient's norm ${norm}. ` +
      'Try a lower learningRate.',
  );
}
