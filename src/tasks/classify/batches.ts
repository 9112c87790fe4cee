/** A training set as a sequence of batches, each of which depends on the number of its update alone. */
export interface Batches {
  /** Values in a row that the network reads. */
  readonly inputSize: number;
  readonly classes: number;
  readonly stepsPerEpoch: number;
  /** Whether, within an epoch, the sequences of a batch go on where those of the batch before ended. */
  readonly carriesState: boolean;
  /** The batch of an update, counted from 1. */
  batch(step: number): SequenceBatch;
}

/** Sequences of equal length side by side. */
export interface SequenceBatch {
  /** Row-major `[time, sequences, inputSize]`. */
  readonly values: Float32Array;
  readonly time: number;
  readonly sequences: number;
  /** The right class of every step, `[time, sequences]`, or of the last step alone, `[sequences]`. */
  readonly answers: Int32Array;
}

/** The epoch of an update, and the update's place in it, from 0. Epochs and updates are counted from 1. */
export function placeOf(
  step: number,
  stepsPerEpoch: number,
): { readonly epoch: number; readonly index: number } {
  return { epoch: Math.ceil(step / stepsPerEpoch), index: (step - 1) % stepsPerEpoch };
}
