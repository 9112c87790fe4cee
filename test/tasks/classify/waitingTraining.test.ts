import { expect, test, vi } from 'vitest';
import { loadCheckpoint } from '../../../src/io/checkpoint.ts';
import type { Batches } from '../../../src/tasks/classify/batches.ts';
import { type TrainOptions, trainClassifier } from '../../../src/tasks/classify/train.ts';
import { parseFashionRowsConfig } from '../../../src/tasks/fashionRows/index.ts';
import { random } from '../../../src/tensor/random.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';

/* Trainings on a backend whose numbers must be waited for, in place of a GPU. */

vi.mock('../../../src/backends/gpu/start.ts', async () => {
  const { waitingBackend } = await import('../../backends/waitingBackend.ts');
  return { startGpu: async () => waitingBackend() };
});

/** What comes next in sequences that count to three; the state goes on from batch to batch. */
const batches: Batches = {
  inputSize: 3,
  classes: 3,
  stepsPerEpoch: 4,
  carriesState: true,
  batch(step) {
    const [time, sequences] = [5, 2];
    const { integer } = random(step, 'batch');
    const classes = Int32Array.from({ length: time * sequences }, () => integer(3));
    const values = new Float32Array(time * sequences * 3);
    classes.forEach((entry, i) => {
      values[i * 3 + entry] = 1;
    });
    return { values, time, sequences, answers: classes.map((entry) => (entry + 1) % 3) };
  },
};

const train = (backend: 'gpu' | 'reference', options: TrainOptions = {}) => {
  const training = { epochs: 3, warmupSteps: 0, learningRate: 0.05, dropout: 0, checkpointEverySteps: 2 };
  const config = parseFashionRowsConfig({ layers: [{ hidden: 4 }], training, backend }, 'test');
  return trainClassifier('toy', config, batches, options);
};

test('a network learns as on the reference, and what comes of it can be read at once', async () => {
  const [found, expected] = [await train('gpu'), await train('reference')];
  expect(found.backend).toBe('gpu (webgpu: made for tests)');
  found.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(expected.losses[i]!, 5);
  });
  for (const [name, parameter] of Object.entries(found.parameters)) {
    const values = expected.parameters[name]!.dataSync();
    parameter.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(values[i]!, 4);
    });
  }
});

test('resumed within an epoch, it goes on with the states that were carried', async () => {
  const folders = [temporaryFolder(), temporaryFolder()] as const;
  const whole = await train('gpu', { folder: folders[0] });
  const interruption = new AbortController();
  await train('gpu', {
    folder: folders[1],
    signal: interruption.signal,
    onProgress: ({ step }) => step === 6 && interruption.abort(),
  });
  const resumed = await train('gpu', { folder: folders[1], resume: true });
  expect(resumed.losses).toEqual(whole.losses);
  const [a, b] = await Promise.all(folders.map((path) => loadCheckpoint(`${path}/checkpoint.safetensors`)));
  expect(a!.tensors).toEqual(b!.tensors);
});
