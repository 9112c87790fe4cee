import { InputError } from '../../errors.ts';
import type { StepResult } from '../../train/step.ts';
import type { TrainingConfig } from '../config/trainingSchema.ts';
import { endsEarly, warningsOf } from './watch.ts';

/** What a training remembers from update to update, besides tensors. No state of a generator: all chance is keyed by the update. */
export interface Progress {
  /** Mean loss of every update, in order. An update that was skipped repeats the one before. */
  readonly losses: number[];
  /** Updates that were not made, because a loss or a gradient was not finite. */
  readonly skipped: number[];
  /** Loss on utterances or the like that are not trained on, after every epoch; empty where nothing asks for it. */
  readonly heldOut: number[];
  /** Frames trained on: 10 ms of audio, rows of images, characters. */
  frames: number;
  /** What the work took: apart from all else, because it differs between equal trainings. */
  readonly times: Times;
}

export interface Times extends Record<string, number> {
  /** Of training, without evaluation. */
  seconds: number;
}

/** The progress of a training that has not begun. */
export const noProgress = (): Progress => ({
  losses: [],
  skipped: [],
  heldOut: [],
  frames: 0,
  times: { seconds: 0 },
});

/** What an update came to. */
export interface Update {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** What is reported about an update. */
export interface UpdateReport extends Update {
  /** Updates made so far, and in all. */
  readonly step: number;
  readonly steps: number;
  readonly framesPerSecond: number;
}

/** An update that was tried. */
export interface Attempt extends Omit<Update, 'loss'> {
  readonly result: StepResult;
}

export interface Updates {
  /** Of what is trained. */
  readonly name: string;
  readonly training: TrainingConfig;
  readonly progress: Progress;
  /** Updates in all, and in an epoch. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Once aborted, a checkpoint is saved and no update is made any more. */
  readonly signal?: AbortSignal;
  /** Makes an update, counted from 1, and counts its frames; one whose result was not applied changes nothing. */
  update(step: number): Attempt | Promise<Attempt>;
  /** Where the first number that is not finite comes from in an update that was not applied; undefined where that is not found. */
  explain(step: number): string | undefined | Promise<string | undefined>;
  /** The loss on what is not trained on, where there is any; asked after every epoch if it is to end the training. */
  heldOutLoss?(): number | Promise<number>;
  save(step: number): Promise<void>;
  readonly onUpdate?: (report: UpdateReport) => void;
  readonly onWarning?: (step: number, text: string) => void;
}

/** A loss or a gradient that is not finite: the training cannot go on. */
export class DivergenceError extends InputError {}

/** Makes the updates that are left of a training. False when an abort left some. */
export async function makeUpdates(updates: Updates): Promise<boolean> {
  const { training, progress, steps, stepsPerEpoch, signal, onUpdate } = updates;
  const warn = (text: string) => updates.onWarning?.(progress.losses.length, text);
  let saved = progress.losses.length;
  const save = async () => {
    saved = progress.losses.length;
    await updates.save(saved);
  };
  /** Saves the state before an update that failed; weights that overflowed in the one before cannot be, and the message says so. */
  const saveLastGood = async (): Promise<string> => {
    if (saved === progress.losses.length) return '';
    try {
      await save();
      return '';
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return ` The state before it is not saved: ${error.message}.`;
    }
  };
  const hasEnded = () => progress.losses.length >= steps || endsEarly(progress, stepsPerEpoch, training);
  while (!hasEnded()) {
    const step = progress.losses.length + 1;
    const start = performance.now();
    const { result, ...made } = await updates.update(step);
    if (!result.applied) {
      const reason = await reasonOf(updates, step, result);
      if (!maySkip(updates, step)) {
        const unsaved = await saveLastGood();
        throw new DivergenceError(
          `Training of ${updates.name} stopped at step ${step}: ${reason} Try a lower learningRate.${unsaved}`,
        );
      }
      progress.skipped.push(step);
      updates.onWarning?.(step, `update ${step} is skipped (${progress.skipped.length} so far): ${reason}`);
    }
    const loss = result.applied ? result.loss : progress.losses.at(-1)!;
    progress.losses.push(loss);
    progress.times.seconds += (performance.now() - start) / 1000;
    if (step % stepsPerEpoch === 0 && training.patienceEpochs !== undefined && updates.heldOutLoss) {
      const heldOut = await updates.heldOutLoss();
      if (!Number.isFinite(heldOut)) {
        throw new DivergenceError(
          `Training of ${updates.name} stopped after step ${step}: the held-out loss is ${heldOut}.`,
        );
      }
      progress.heldOut.push(heldOut);
    }
    onUpdate?.({ ...made, loss, step, steps, framesPerSecond: progress.frames / progress.times.seconds });
    for (const text of warningsOf(progress, stepsPerEpoch, training)) warn(text);
    // Lets signals and messages in.
    await new Promise((resolve) => setImmediate(resolve));
    const ended = hasEnded();
    if (ended && step < steps)
      warn(`it ends early: the loss has not fallen for ${training.patienceEpochs} epochs`);
    const interrupted = signal?.aborted === true && !ended;
    if (interrupted || ended || step % training.checkpointEverySteps === 0) await save();
    if (interrupted) return false;
  }
  return true;
}

/**
 * Whether to go on without this update: if the configuration says `skip` and fewer than 20 updates in a row were skipped.
 * The first update is never skipped.
 */
function maySkip({ training, progress: { losses, skipped } }: Updates, step: number): boolean {
  if (training.onNonFinite !== 'skip' || losses.length === 0) return false;
  return skipped.at(-MOST_SKIPPED) !== step - MOST_SKIPPED;
}

/** Updates in a row that may be skipped. */
const MOST_SKIPPED = 20;

async function reasonOf(updates: Updates, step: number, { loss, norm }: StepResult): Promise<string> {
  const origin = await updates.explain(step);
  return `the loss is ${loss} and the gradient's norm ${norm}.${origin === undefined ? '' : ` ${origin}`}`;
}
