import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError, tensor } from '../../../src/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../src/io/checkpoint.ts';
import type { Batches } from '../../../src/tasks/classify/batches.ts';
import { type TrainOptions, trainClassifier } from '../../../src/tasks/classify/train.ts';
import { parseFashionRowsConfig } from '../../../src/tasks/fashionRows/index.ts';
import { DivergenceError } from '../../../src/tasks/training/updates.ts';
import { random } from '../../../src/tensor/random.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';

/** Which of three values was the first one. */
const batches: Batches = {
  inputSize: 3,
  classes: 3,
  stepsPerEpoch: 4,
  carriesState: false,
  batch(step) {
    const { integer } = random(step, 'batch');
    const answers = Int32Array.from({ length: 6 }, () => integer(3));
    const values = new Float32Array(2 * 6 * 3);
    answers.forEach((answer, b) => {
      values[b * 3 + answer] = 1;
    });
    return { values, time: 2, sequences: 6, answers };
  },
};

const configOf = (training: object = {}, more: object = {}) =>
  parseFashionRowsConfig(
    {
      layers: [{ hidden: 4 }],
      training: { epochs: 3, warmupSteps: 0, learningRate: 0.05, ...training },
      ...more,
    },
    'test',
  );
const train = (options: TrainOptions = {}, config = configOf(), task = 'toy') =>
  trainClassifier(task, config, batches, options);

describe('trainClassifier', () => {
  test('reports every update and its epoch, and writes nothing without a folder', async () => {
    const reports: number[][] = [];
    const { losses } = await train({
      onProgress: ({ step, steps, epoch, loss }) => reports.push([step, steps, epoch, loss]),
    });
    expect(reports).toEqual(losses.map((loss, i) => [i + 1, 12, 1 + Math.floor(i / 4), loss]));
  });

  test('begins from given parameters, and leaves those as they are', async () => {
    const first = await train();
    const before = Object.values(first.parameters).map((parameter) => parameter.dataSync());
    const next = await train({ start: first.parameters });
    expect(next.losses[0]).toBeLessThan(first.losses[0]!);
    expect(next.losses.at(-1)).toBeLessThan(first.losses.at(-1)!);
    expect(Object.values(first.parameters).map((parameter) => parameter.dataSync())).toEqual(before);
  });

  test('refuses to begin from parameters of another network', async () => {
    const { parameters } = await train({}, configOf({ epochs: 1 }, { layers: [{ hidden: 5 }] }));
    await expect(train({ start: parameters })).rejects.toThrow(
      /The parameter layers\.0\..* to start from has shape \[/,
    );
    await expect(train({ start: {} })).rejects.toThrow(/to start from is missing, expected shape/);
    const damaged = { ...(await train()).parameters, 'head.bias': tensor([1, 2], [2]) };
    await expect(train({ start: damaged })).rejects.toThrow(
      /head\.bias to start from has shape \[2\], expected shape \[3\]/,
    );
  });

  test('stops where a loss is no number, and keeps the checkpoint before', async () => {
    const folder = temporaryFolder();
    const parameters = Object.fromEntries(
      Object.entries((await train()).parameters).map(([name, { shape, size }]) => [
        name,
        tensor(new Float32Array(size).fill(name === 'head.bias' ? Number.NaN : 0), shape),
      ]),
    );
    const run = train({ folder, start: parameters });
    await expect(run).rejects.toThrow(DivergenceError);
    await expect(run).rejects.toThrow(/Training of fashion-rows stopped at step 1: the loss is NaN/);
    expect(existsSync(join(folder, 'checkpoint.safetensors'))).toBe(false);
  });

  describe('resumed', () => {
    test.each([
      [
        'another seed',
        configOf({}, { seed: 2 }),
        'toy',
        /was begun with seed 1, expected 2: it cannot be resumed/,
      ],
      ['another length', configOf({ epochs: 4 }), 'toy', /was begun with training .*"epochs":3/],
      [
        'other layers',
        configOf({}, { layers: [{ hidden: 4, plan: 'dense' }] }),
        'toy',
        /was begun with layers/,
      ],
      ['another task', configOf(), 'other', /is not a checkpoint of a training of other/],
    ])('refuses %s', async (_, config, task, message) => {
      const folder = temporaryFolder();
      await train({ folder });
      const run = train({ folder, resume: true }, config, task);
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(message);
    });

    test('refuses a checkpoint that is missing, or of something else, or lacks a tensor', async () => {
      const folder = temporaryFolder();
      const path = join(folder, 'checkpoint.safetensors');
      await expect(train({ resume: true })).rejects.toThrow(/resume is true without a folder/);
      await expect(train({ folder, resume: true })).rejects.toThrow(/checkpoint .* could not be read/);
      await train({ folder });
      const { tensors, state } = await loadCheckpoint(path);
      const { 'optimizer.m.head.bias': _, ...rest } = tensors;
      await saveCheckpoint(path, { tensors: rest, state });
      await expect(train({ folder, resume: true })).rejects.toThrow(
        /the tensor optimizer\.m\.head\.bias is missing/,
      );
      await saveCheckpoint(path, { tensors, state: { other: 1 } });
      await expect(train({ folder, resume: true })).rejects.toThrow(
        /is not a checkpoint of a training of toy/,
      );
    });
  });
});
