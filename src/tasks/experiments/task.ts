import type { LayerSpec } from '../../nn/spec.ts';
import type { Summary } from '../../nn/summary.ts';
import type { Measure } from './measure.ts';

/** What a comparison of models asks of a task: its data, and everything that decides a training but the model. */
export interface Task {
  /** Which task, for the thread that makes a run. */
  readonly name: string;
  /** Its data, by name. */
  readonly corpus: string;
  /** Values in a row that the models read, and that they answer with. */
  readonly inputSize: number;
  readonly outputSize: number;
  /** The first is the headline. Among equals by what judges, the others decide in their order. */
  readonly measures: readonly [Measure, ...Measure[]];
  /** What is said of a training in the configuration, as the results show it. */
  readonly settings: object;
  /** Of a final training. */
  readonly epochs: number;
  readonly words: TaskWords;
  /**
   * The configuration of a run, complete: whatever changes its outcome and is not in `job` stands here.
   *
   * @throws InputError where it is none
   */
  configure(run: RunSettings): unknown;
  /** A guess at the seconds that one core trains, good enough to plan with. */
  estimateSeconds(epochs: number, summary: Summary): number;
  /** Makes the data, or finds it in the cache. @throws InputError where it is not what models are sized for */
  prepare(options: PrepareOptions): Promise<void>;
}

/** What tells one run of a task from another. */
export interface RunSettings {
  /** Of the experiment. */
  readonly name: string;
  readonly seed: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly model: { readonly name: string; readonly layers: readonly LayerSpec[] };
}

export interface PrepareOptions {
  readonly cacheFolder: string;
  readonly onProgress: (done: number, total: number, label: string) => void;
}

/** How pages speak of a task. */
export interface TaskWords {
  /** What is scored, in the plural: `utterances`. */
  readonly items: string;
  /** What a model reads in a step: `frame`. */
  readonly step: string;
  /** Sentences that say what the measures are. */
  readonly measures: string;
  /** What the intervals leave out, if anything: `voices are not drawn anew`. */
  readonly notDrawn?: string;
  /** What keeps the development set apart: `none of whose sentences is in training or in the test`. */
  readonly development: string;
  /** How a training that ends early is scored: `all its words count as errors`. */
  readonly diverged: string;
}
