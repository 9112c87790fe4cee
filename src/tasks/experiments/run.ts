import type { Fold } from './experiment.ts';
import type { RunRecord } from './runRecord.ts';

/** One run to make. Everything can be sent to a thread. */
export interface RunJob<Config = unknown> {
  /** Name of the task. */
  readonly task: string;
  readonly id: string;
  /** What to train, model and all, as the task configured it. */
  readonly config: Config;
  readonly fold?: Fold;
  /** Folder of the run whose trained model is compressed to begin from. */
  readonly from?: string;
  /** Sets to score on; `train` stands for a sample of it. */
  readonly sets: readonly string[];
  /** Where its checkpoint goes; exists already. */
  readonly folder: string;
  /** Whether the folder's checkpoint is where to start from. */
  readonly resume: boolean;
  readonly cacheFolder: string;
  readonly commit: string | null;
}

/** What a run reports while it is made; often enough that it can be aborted. */
export type RunEvent =
  | { readonly kind: 'training'; readonly done: number; readonly total: number }
  | { readonly kind: 'scoring'; readonly done: number; readonly total: number; readonly set: string };

export interface RunHooks {
  /** Once aborted, the run saves a checkpoint and ends. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export interface RunOutcome {
  /** False when the run was aborted; its checkpoint is saved then. */
  readonly completed: boolean;
  readonly record?: RunRecord;
}

/** Makes a run of one task: trains the model unless that ended already, and scores it on every set of the job. */
export type ExecuteRun = (job: RunJob, hooks: RunHooks) => Promise<RunOutcome>;
