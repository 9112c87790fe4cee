import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { random } from '../../../src/index.ts';
import { scoreCharacters, trainCharacters } from '../../../src/tasks/characters/index.ts';
import { piecesOf } from '../../../src/tasks/characters/text.ts';
import { charactersRuns, charactersTask } from '../../../src/tasks/comparisons/charactersTask.ts';
import { classifierExecutor } from '../../../src/tasks/comparisons/classifierRun.ts';
import { fashionRowsRuns, fashionRowsTask } from '../../../src/tasks/comparisons/fashionRowsTask.ts';
import { measured } from '../../../src/tasks/experiments/measure.ts';
import type { RunEvent, RunJob } from '../../../src/tasks/experiments/run.ts';
import { parseRunRecord } from '../../../src/tasks/experiments/runRecord.ts';
import type { RunSettings, Task } from '../../../src/tasks/experiments/task.ts';
import {
  COLUMNS,
  type FashionRows,
  type FashionRowsConfig,
  type ImageSet,
  scoreFashionRows,
  trainFashionRows,
} from '../../../src/tasks/fashionRows/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Images of two classes, bright on the left or on the right. */
function images(count: number, name: string): ImageSet {
  const { next } = random('images', name);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: count * COLUMNS * COLUMNS }, (_, i) => {
    const image = Math.floor(i / COLUMNS ** 2);
    const isRight = i % COLUMNS >= COLUMNS / 2;
    return (isRight === (labels[image] === 1) ? 150 : 0) + 100 * next();
  });
  return { count, pixels, labels };
}
const clothes: FashionRows = {
  sets: { train: images(40, 'train'), development: images(10, 'development'), test: images(12, 'test') },
};
const makeImageRun = classifierExecutor({ ...fashionRowsRuns, load: async () => clothes });
const imageTask = fashionRowsTask({ epochs: 4, batchSize: 8, warmupSteps: 2, checkpointEverySteps: 3 });

const layers: RunSettings['model']['layers'] = [{ hidden: 10 }];
const jobOf = (task: Task, changes: Partial<RunSettings> = {}, more: Partial<RunJob> = {}): RunJob => ({
  task: task.name,
  id: 'dense/x',
  config: task.configure({
    name: 'small',
    seed: 1,
    epochs: task.epochs,
    learningRate: 0.02,
    model: { name: 'dense', layers },
    ...changes,
  }),
  sets: ['train', 'development', 'test'],
  folder,
  resume: false,
  cacheFolder: folder,
  commit: 'abc',
  ...more,
});

/** Hooks that remember what was reported, and abort after an update if told to. */
function hooks(abortAt = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  const events: RunEvent[] = [];
  return {
    events,
    signal: controller.signal,
    onEvent(event: RunEvent) {
      events.push(event);
      if (event.kind === 'training' && event.done === abortAt) controller.abort();
    },
  };
}

describe('a run of images', () => {
  test('trains, and tells of every image whether it was recognised', async () => {
    const job = jobOf(imageTask);
    const own = hooks();
    const { completed, record } = await makeImageRun(job, own);
    expect(completed).toBe(true);
    expect(record).toMatchObject({ id: 'dense/x', maps: '10 dense/dense', commit: 'abc', backend: 'wasm' });
    expect(record!.losses).toHaveLength(4 * 5);
    // Four gates of ten units that read a row and the state, and a bias each.
    expect(record!.lstmParameters).toBe(40 * (28 + 10 + 1));
    const trained = await trainFashionRows(job.config as FashionRowsConfig, clothes);
    for (const set of ['train', 'development', 'test'] as const) {
      expect(record!.sets[set]).toEqual({
        correct: [...scoreFashionRows(trained, clothes.sets[set]).correct],
      });
    }
    expect(measured(record!.sets['test']!, imageTask.measures[0])).toBe(1);
    expect(parseRunRecord(JSON.parse(JSON.stringify(record)), 'dense/x', imageTask.measures, 'f')).toEqual(
      record,
    );
    expect(own.events.filter(({ kind }) => kind === 'training').at(-1)).toMatchObject({
      done: 20,
      total: 20,
    });
    expect(own.events.at(-1)).toEqual({ kind: 'scoring', done: 12, total: 12, set: 'test' });
  });

  test('that was interrupted goes on, and ends as one that was not', async () => {
    const whole = await makeImageRun(jobOf(imageTask), hooks());
    const job = jobOf(imageTask, {}, { folder: await mkdtemp(join(folder, 'again-')) });
    expect(await makeImageRun(job, hooks(7))).toEqual({ completed: false });
    const rest = hooks();
    const resumed = await makeImageRun({ ...job, resume: true }, rest);
    expect(rest.events[0]).toMatchObject({ kind: 'training', done: 8 });
    expect(resumed.record!.losses).toEqual(whole.record!.losses);
    expect(resumed.record!.sets).toEqual(whole.record!.sets);
  });

  test('that begins from another begins near to it', async () => {
    await makeImageRun(jobOf(imageTask), hooks());
    const lowRank = { name: 'low-rank', layers: [{ hidden: 10, input: { lowRank: 10 } as const }] };
    const settings = { epochs: 1, learningRate: 1e-9, model: lowRank };
    const start = async (changes: Partial<RunJob>) => {
      const job = jobOf(imageTask, settings, { folder: await mkdtemp(join(folder, 'fitted-')), ...changes });
      return (await makeImageRun(job, hooks())).record!;
    };
    const fitted = await start({ from: folder });
    // At such a rate nothing is learnt: all it knows is from the other.
    expect(fitted.maps).toBe('10 lowRank(10)/dense');
    expect(measured(fitted.sets['test']!, imageTask.measures[0])).toBe(1);
    expect(fitted.losses[0]).toBeLessThan((await start({})).losses[0]! / 2);
  });

  test('that diverges recognises no image', async () => {
    const wild = fashionRowsTask({
      epochs: 20,
      batchSize: 8,
      warmupSteps: 0,
      optimizer: 'sgd',
      weightDecay: 0.99,
    });
    const { completed, record } = await makeImageRun(jobOf(wild, { learningRate: 10 }), hooks());
    expect(completed).toBe(true);
    expect(record!.diverged).toMatch(/Training of dense stopped at step \d+: the loss is/);
    expect(record!.sets['test']).toEqual({ correct: new Array(12).fill(0) });
  });
});

describe('a run of a text', () => {
  const text = piecesOf(
    Array.from({ length: 40 }, (_, i) => ({
      chapter: `Ge${i}`,
      text: `${i} ${'in the beginning '.repeat(1 + (i % 3))}`,
    })),
  );
  const makeRun = classifierExecutor({ ...charactersRuns, load: async () => text });
  const task = charactersTask({ epochs: 3, batchSize: 4, timeSteps: 16, warmupSteps: 2 });

  test('trains, and tells the bits and characters of every chapter', async () => {
    const job = jobOf(task);
    const { record } = await makeRun(job, hooks());
    const trained = await trainCharacters(job.config as Parameters<typeof trainCharacters>[0], text);
    for (const set of ['train', 'development', 'test'] as const) {
      const { bits, characters, bitsPerCharacter } = scoreCharacters(trained, text.sets[set], text.alphabet);
      expect(record!.sets[set]).toEqual({ bits: [...bits], characters: [...characters] });
      expect(measured(record!.sets[set]!, task.measures[0])).toBeCloseTo(bitsPerCharacter, 12);
    }
    expect(measured(record!.sets['test']!, task.measures[0])).toBeLessThan(Math.log2(text.alphabet.length));
  });

  test('that diverges knows nothing of any character', async () => {
    const wild = charactersTask({
      epochs: 20,
      batchSize: 4,
      timeSteps: 16,
      warmupSteps: 0,
      optimizer: 'sgd',
      weightDecay: 0.99,
    });
    const { record } = await makeRun(jobOf(wild, { learningRate: 10 }), hooks());
    expect(record!.diverged).toMatch(/stopped at step/);
    expect(measured(record!.sets['test']!, task.measures[0])).toBeCloseTo(
      Math.log2(text.alphabet.length),
      12,
    );
  });
});
