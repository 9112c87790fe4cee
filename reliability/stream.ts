import type { Batches } from '../src/tasks/classify/batches.ts';
import { type TrainOptions, trainClassifier } from '../src/tasks/classify/train.ts';
import { parseFashionRowsConfig } from '../src/tasks/fashionRows/config.ts';
import { random } from '../src/tensor/random.ts';

/*
 * A training of milliseconds: two streams of symbols, of which each is to be answered with the one before it. States are
 * carried from batch to batch, so that a continuation in the middle of an epoch needs them.
 */

const symbols = 3;
const sequences = 2;

const batchesOf = (stepsPerEpoch: number, time: number): Batches => ({
  inputSize: symbols,
  classes: symbols,
  stepsPerEpoch,
  carriesState: true,
  batch(step) {
    const values = new Float32Array(time * sequences * symbols);
    const answers = new Int32Array(time * sequences);
    for (let i = 0; i < time * sequences; i++) {
      // The batch before ends where this one begins.
      const at = ((step - 1) % stepsPerEpoch) * time + Math.floor(i / sequences);
      values[i * symbols + symbolAt(at, i % sequences)] = 1;
      answers[i] = symbolAt(at - 1, i % sequences);
    }
    return { values, time, sequences, answers };
  },
});

const symbolAt = (at: number, stream: number): number => random('stream', stream, at).integer(symbols);

export interface StreamTraining extends TrainOptions {
  readonly steps: number;
  readonly time?: number;
  readonly hidden?: number;
  readonly backend?: 'wasm' | 'reference';
  /** More keys of the configuration's `training`. */
  readonly training?: object;
}

/** Trains on the streams, ten epochs of them, or as `training` says. */
export function trainOnStream({
  steps,
  time = 4,
  hidden = 4,
  backend = 'wasm',
  training,
  ...options
}: StreamTraining) {
  const epochs = 10;
  const config = parseFashionRowsConfig(
    {
      name: 'stream',
      backend,
      layers: [{ hidden }],
      training: { epochs, warmupSteps: 5, dropout: 0.1, ...training },
    },
    'stream',
  );
  return trainClassifier('stream', config, batchesOf(steps / epochs, time), options);
}
