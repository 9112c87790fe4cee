import { DivergenceError } from '../training/updates.ts';
import type { Ends } from './matching.ts';
import type { SetScores } from './measure.ts';
import type { RunHooks, RunJob, RunOutcome } from './run.ts';
import { newRecord } from './runRecord.ts';
import type { RunSettings } from './task.ts';

/** What a training came to. */
export interface Trained {
  /** False after an abort. */
  readonly completed: boolean;
  /** Mean loss of every update, in order. */
  readonly losses: readonly number[];
  /** Of training. */
  readonly seconds: number;
  readonly framesPerSecond: number;
}

/** How a task makes a run. */
export interface RunSteps<Result extends Trained> {
  readonly model: RunSettings['model'];
  readonly ends: Ends;
  readonly backend: string;
  /** Trains, and reports the updates that it makes; a training that ended already is only loaded. */
  train(report: (update: { step: number; steps: number; loss?: number }) => void): Promise<Result>;
  /** The scores on a set; without a result those of a model that knows nothing. */
  score(
    trained: Result | undefined,
    set: string,
    onProgress: (done: number, total: number) => void,
  ): SetScores;
}

/**
 * Makes a run: trains the model, and scores it on every set of the job. Throws as the steps do, but for a training that
 * diverges: that is a result.
 */
export async function executeSteps<Result extends Trained>(
  job: RunJob,
  { signal, onEvent }: RunHooks,
  { model, ends, backend, train, score }: RunSteps<Result>,
): Promise<RunOutcome> {
  let trained: Result | undefined;
  let diverged: string | undefined;
  const losses: number[] = [];
  try {
    trained = await train(({ step, steps, loss }) => {
      if (loss !== undefined) losses.push(loss);
      onEvent({ kind: 'training', done: step, total: steps });
    });
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    diverged = error.message;
  }
  if (trained?.completed === false) return { completed: false };
  const sets: Record<string, SetScores> = {};
  for (const set of job.sets) {
    if (signal.aborted) return { completed: false };
    sets[set] = score(trained, set, (done, total) => onEvent({ kind: 'scoring', done, total, set }));
  }
  const record = newRecord(job, model, ends, {
    losses: trained?.losses ?? losses,
    seconds: trained?.seconds ?? 0,
    framesPerSecond: trained?.framesPerSecond ?? 0,
    ...(diverged === undefined ? {} : { diverged }),
    sets,
    backend,
  });
  return { completed: true, record };
}
