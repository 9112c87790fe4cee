import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadCheckpoint } from '../../../src/io/checkpoint.ts';
import { loadRecogniser } from '../../../src/tasks/speech/recogniser.ts';
import { CHECKPOINT } from '../../../src/tasks/training/savedTensors.ts';
import { configOf, folder, train } from './letterCorpus.ts';

/* Trainings on a backend whose numbers must be waited for, in place of a GPU. */

vi.mock('../../../src/backends/gpu/start.ts', async () => {
  const { waitingBackend } = await import('../../backends/waitingBackend.ts');
  return { startGpu: async () => waitingBackend() };
});

const onGpu = (training: object = {}) => configOf({ dropout: 0, ...training }, { backend: 'gpu' });
const onReference = (training: object = {}) =>
  configOf({ dropout: 0, ...training }, { backend: 'reference' });

function near(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((loss, i) => {
    expect(Math.abs(loss - expected[i]!) / expected[i]!).toBeLessThan(1e-4);
  });
}

test.each(['dense', 'compact'])('the %s model learns as on the reference, and is measured', async (model) => {
  const { completed, losses, metrics, events } = await train({ config: onGpu(), model });
  expect(completed).toBe(true);
  near(losses, (await train({ config: onReference(), model })).losses);
  expect(metrics!.backend).toBe('gpu (webgpu: made for tests)');
  expect(metrics!.lstmGflops).toBeNull();
  expect(metrics!.heldOutWords).toBe(6);
  expect(events[0]).toMatchObject({ kind: 'start', backend: 'gpu (webgpu: made for tests)' });
});

test('shards come to the same, one after another', async () => {
  const sharded = await train({ config: onGpu({ shards: 3 }) });
  near(sharded.losses, (await train({ config: onReference({ shards: 3 }) })).losses);
  await expect(train({ config: onGpu({ shards: 3 }), threads: 3 })).rejects.toThrow(
    'parallelTrainer: threads is 3 with parameters on gpu, expected 1.',
  );
});

test('the held-out loss ends a training', async () => {
  const training = { epochs: 30, patienceEpochs: 2, learningRate: 1 };
  const found = await train({ config: onGpu(training) });
  expect(found.losses.length).toBeLessThan(30 * 3);
});

test('a resumed training ends as one that was not interrupted, and its recogniser runs on wasm', async () => {
  const where = await folder();
  const interruption = new AbortController();
  const first = await train({
    config: onGpu(),
    folder: where,
    signal: interruption.signal,
    onEvent(event) {
      if (event.kind === 'step' && event.step === 7) interruption.abort();
    },
  });
  expect(first.completed).toBe(false);
  const whole = await train({ config: onGpu() });
  const resumed = await train({ config: onGpu(), folder: where, resume: true });
  expect(resumed.metrics!.losses).toEqual(whole.losses);
  const [a, b] = await Promise.all(
    [where, whole.folder].map((place) => loadCheckpoint(join(place, CHECKPOINT))),
  );
  expect(a.tensors).toEqual(b.tensors);
  const { parameters } = await loadRecogniser(where);
  expect(new Set(Object.values(parameters).map(({ backend }) => backend.name))).toEqual(new Set(['wasm']));
});

test('a training that was begun on another backend is not resumed', async () => {
  const where = await folder();
  await train({ config: onReference(), folder: where });
  await expect(train({ config: onGpu(), folder: where, resume: true })).rejects.toThrow(
    /was begun with backend "reference", expected "gpu": it cannot be resumed/,
  );
});

test('one that diverges says so', async () => {
  // The decay alone throws every weight to the other side of zero, nearly nine times as far.
  const wild = { optimizer: 'sgd', learningRate: 10, weightDecay: 0.99 };
  const config = onGpu({ epochs: 40, checkpointEverySteps: 1000, ...wild });
  await expect(train({ config })).rejects.toThrow(
    /^Training of compact stopped at step \d+: the loss is .* Try a lower learningRate\./,
  );
});
