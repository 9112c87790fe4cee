/** What training one model reports while it runs. */
export type TrainingEvent =
  | {
      readonly kind: 'start';
      /** What computes, with its mode and device. */
      readonly backend: string;
      /** Updates that an earlier session made. */
      readonly step: number;
      readonly steps: number;
      readonly parameters: number;
      /** Training utterances left out because their frames are too few for their letters. */
      readonly skipped: number;
    }
  | {
      readonly kind: 'step';
      /** Updates made so far, 1-based. */
      readonly step: number;
      readonly steps: number;
      /** Epochs are counted from 1. */
      readonly epoch: number;
      /** Mean CTC loss of the batch, nats per utterance. */
      readonly loss: number;
      readonly learningRate: number;
      readonly framesPerSecond: number;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  /** What a user should know: an update was skipped, a loss leaps or no longer falls. */
  | { readonly kind: 'warning'; readonly step: number; readonly text: string }
  | { readonly kind: 'evaluating'; readonly done: number; readonly total: number; readonly set: string };

/** Word error rates are fractions: 0.05 is 5 %. */
export interface SetScore {
  /** Word error rate with lexicon and n-gram model: the headline. */
  readonly wer: number;
  /** Lower and upper end of the 95 % bootstrap interval of `wer`. */
  readonly werInterval: readonly [number, number];
  readonly greedyWer: number;
  /** Letter error rate of the greedy transcripts. */
  readonly greedyLer: number;
  readonly words: number;
  readonly utterances: number;
}

/** The row of one model in `metrics.json`, and in the table that `compact-rnn train` prints. */
export interface ModelMetrics {
  readonly name: string;
  /** What trained it, with its mode and device. */
  readonly backend: string;
  /** For people: the structure of every layer in a line. */
  readonly maps: string;
  readonly parameters: number;
  readonly lstmParameters: number;
  /** Multiply-accumulates for one stacked frame, all layers and the output layer. */
  readonly macsPerFrame: number;
  /** Size of the weights as saved, in bytes. */
  readonly bytes: number;
  /** Mean loss of every update, in order. */
  readonly losses: readonly number[];
  readonly trainWer: number;
  readonly trainGreedyWer: number;
  readonly heldOutWer: number;
  readonly heldOutGreedyWer: number;
  readonly heldOutLetterErrorRate: number;
  readonly heldOutWerInterval: readonly [number, number];
  readonly heldOutWords: number;
  /** Every further test set of the corpus by name, e.g. a synthesiser never heard in training. */
  readonly otherSets: Readonly<Record<string, SetScore>>;
  /** Seconds of training, without evaluation. */
  readonly seconds: number;
  /** 10 ms frames of audio trained on per second. */
  readonly framesPerSecond: number;
  /** Floating-point work of the LSTM layers' products, forward and backward, over the seconds spent in those layers, in GFLOP/s; null on a GPU, where ops only launch. */
  readonly lstmGflops: number | null;
}

/** The file `metrics.json` of a run. */
export interface RunMetrics {
  readonly name: string;
  readonly corpus: string;
  /** What trained the models, with its mode and device. */
  readonly backend: string;
  readonly seed: number;
  /** `process.version`. */
  readonly node: string;
  readonly models: readonly ModelMetrics[];
}
