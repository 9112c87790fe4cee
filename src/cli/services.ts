import type { ExecuteRun } from '../tasks/experiments/run.ts';
import type { Audio } from '../tasks/speech/audio/wav.ts';
import type { SpeechConfig } from '../tasks/speech/config.ts';
import type { Corpus, OnProgress, Utterance } from '../tasks/speech/corpus.ts';
import type { Recogniser } from '../tasks/speech/recogniser.ts';
import type { ModelMetrics, SetScore, TrainingEvent } from '../tasks/speech/results.ts';
import type { BackendChoice, StartedBackend } from '../tasks/training/backendChoice.ts';

/** What the commands need of the speech task, so that they can be tested without hours of training. */
export interface Services {
  /** The corpus of a name or manifest, prepared on first use and kept in `cacheFolder`. */
  loadCorpus(
    nameOrManifest: string,
    options: { readonly cacheFolder: string; readonly seed: number; readonly onProgress?: OnProgress },
  ): Promise<Corpus>;
  trainModel(job: TrainingJob, hooks: TrainingHooks): Promise<TrainingOutcome>;
  /** Starts what computes a training; `auto` measures products of so many multiply-accumulates. */
  startChosen(name: BackendChoice, macs: number): Promise<StartedBackend>;
  loadRecogniser(folder: string): Promise<Recogniser>;
  evaluate(
    recogniser: Recogniser,
    utterances: readonly Utterance[],
    options: { readonly onProgress: OnProgress },
  ): SetScore | Promise<SetScore>;
  readAudio(path: string): Promise<Audio>;
  /** Makes one run of an experiment. */
  readonly executeRun: ExecuteRun;
}

/** One model to train. Everything can be sent to a thread. */
export interface TrainingJob {
  readonly config: SpeechConfig;
  /** The model's name in the configuration. */
  readonly model: string;
  /** Where its checkpoint goes; exists already. */
  readonly folder: string;
  /** Whether the folder's checkpoint is where to start from. */
  readonly resume: boolean;
  /** Threads that compute it; one unless given. */
  readonly threads?: number;
  readonly cacheFolder: string;
}

export interface TrainingHooks {
  /** Once aborted, the training saves a checkpoint and ends. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainingEvent) => void;
}

export interface TrainingOutcome {
  /** False when the training was aborted; its checkpoint is saved then. */
  readonly completed: boolean;
  readonly metrics?: ModelMetrics;
}
