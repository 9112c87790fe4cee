/** One recorded sentence, as acoustic features and letters. */
export interface Utterance {
  /** Unique within its corpus. */
  readonly id: string;
  /** The voice or speaker that said it. */
  readonly voice: string;
  /** Lower-case words separated by single spaces, in the letters of the corpus' alphabet. */
  readonly transcript: string;
  /** Number of 10 ms frames. */
  readonly frames: number;
  /** Log-mel energies, row-major `[frames, bands]`. */
  readonly features: Float32Array;
}

/** Utterances in named sets: `train`, `development` and `test` always, others (an unheard synthesiser) where a corpus has them. */
export interface Corpus {
  readonly name: string;
  /** Width of every feature row. */
  readonly bands: number;
  readonly sets: Readonly<Record<string, readonly Utterance[]>>;
}

/** Reports work done out of work to do, for a progress bar. */
export type OnProgress = (done: number, total: number, label: string) => void;
