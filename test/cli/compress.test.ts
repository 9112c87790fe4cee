import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CompressionRecord } from '../../src/cli/compress.ts';
import type { Services } from '../../src/cli/services.ts';
import { loadCheckpoint } from '../../src/io/checkpoint.ts';
import { evaluateRecogniser } from '../../src/tasks/speech/evaluate.ts';
import { loadRecogniser } from '../../src/tasks/speech/recogniser.ts';
import type { RunMetrics } from '../../src/tasks/speech/results.ts';
import { trainRecogniser } from '../../src/tasks/speech/train.ts';
import { configOf, corpus, folder as newFolder } from '../tasks/speech/letterCorpus.ts';
import { run as runCommand } from './fakes.ts';

/** The real thing, in this thread and on the corpus of a dozen utterances. */
const services: Partial<Services> = {
  loadCorpus: async () => corpus,
  trainModel: (job, hooks) => trainRecogniser({ ...job, corpus, ...hooks }),
  loadRecogniser,
  evaluate: evaluateRecogniser,
};
const run = (where: string, args: string[], changes: Partial<Services> = {}, signal?: AbortSignal) =>
  runCommand(where, args, { ...services, ...changes }, signal);

let trained: string;
beforeAll(async () => {
  trained = await newFolder();
  await writeFile(join(trained, 'letters.json'), JSON.stringify(configOf({ epochs: 30 })));
  const { status, stderr } = await run(trained, ['train', 'letters.json', '--out', 'first']);
  expect([status, stderr]).toEqual([0, '']);
});

let folder: string;
beforeEach(async () => {
  folder = await newFolder();
  await cp(join(trained, 'first'), join(folder, 'first'), { recursive: true });
});

const read = async <T>(path: string): Promise<T> => JSON.parse(await readFile(join(folder, path), 'utf8'));
const parametersOf = async (path: string) => {
  const { tensors } = await loadCheckpoint(join(folder, path, 'checkpoint.safetensors'));
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('optimizer.')));
};

describe('a compression', () => {
  test('leaves a run of both models, with metrics and report as train does', async () => {
    const { status, stdout, stderr } = await run(folder, [
      'compress',
      'first',
      '--model',
      'dense',
      '--map',
      'lowRank=3',
      '--epochs',
      '6',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect((await readdir(join(folder, 'runs/letters-1'), { recursive: true })).sort()).toEqual([
      'compression.json',
      'config.json',
      'dense',
      'dense-compressed',
      'dense-compressed/checkpoint-15.safetensors',
      'dense-compressed/checkpoint-18.safetensors',
      'dense-compressed/checkpoint.safetensors',
      'dense-compressed/metrics.json',
      'dense-compressed/times.json',
      'dense/checkpoint.safetensors',
      'dense/metrics.json',
      'metrics.json',
      'report.html',
      'run.json',
    ]);
    const { models } = await read<RunMetrics>('runs/letters-1/metrics.json');
    expect(models[0]).toEqual((await read<RunMetrics>('first/metrics.json')).models[0]);
    expect(models[1].name).toBe('dense-compressed');
    expect(models[1].maps).toBe('12 lowRank(3)/lowRank(3)');
    // Twelve utterances in batches of four.
    expect(models[1].losses.length).toBe(6 * 3);
    expect(models[1].parameters).toBeLessThan(models[0].parameters);
    expect(stdout).toMatch(/^layers\.0\.recurrent +dense +lowRank\(3\) +\d+\.\d % +576 +180$/m);
    expect(stdout).toMatch(/^head +dense +dense +0\.0 %/m);
    expect(stdout).toMatch(/Before it is trained on:\n +dense +dense-compressed\nHeld-out WER/);
    expect(stdout).toMatch(/Report: runs\/letters-1\/report\.html\n$/);
    const report = await readFile(join(folder, 'runs/letters-1/report.html'), 'utf8');
    expect(report).toContain('compact-rnn compress first --model dense --map lowRank=3 --epochs 6');
  });

  test('begins where the original ended: at full rank the first loss is the last, not that of chance', async () => {
    await run(folder, ['compress', 'first', '--model', 'dense', '--map', 'lowRank=12', '--epochs', '1']);
    const [original, compressed] = (await read<RunMetrics>('runs/letters-1/metrics.json')).models;
    const [first] = compressed.losses;
    expect(first).toBeLessThan(0.5 * original.losses[0]);
    const record = await read<CompressionRecord>('runs/letters-1/compression.json');
    expect(record).toMatchObject({ run: 'first', model: 'dense', compressed: 'dense-compressed' });
    // Rank 12 of 12 units and 12 features is every matrix.
    for (const { error } of record.places) expect(error).toBeLessThan(1e-6);
    expect(record.beforeTraining.wer).toBe(original.heldOutWer);
    expect(record.beforeTraining.greedyWer).toBe(original.heldOutGreedyWer);
  });

  test('takes the best model and the run’s own epochs when none are named', async () => {
    const { models } = await read<RunMetrics>('first/metrics.json');
    const best = models[0].heldOutWer <= models[1].heldOutWer ? 'dense' : 'compact';
    await run(folder, ['compress', 'first', '--map', 'circulant', '--out', 'second']);
    const second = await read<RunMetrics>('second/metrics.json');
    expect(second.models.map(({ name }) => name)).toEqual([best, `${best}-compressed`]);
    expect(second.models[1].losses.length).toBe(30 * 3);
  });

  test('shares projections, and leaves the inputs on them as they are', async () => {
    await run(folder, ['compress', 'first', '--model', 'dense', '--map', 'sharedLowRank=5', '--epochs', '1']);
    const { places } = await read<CompressionRecord>('runs/letters-1/compression.json');
    expect(places.map(({ place, to }) => [place, to])).toEqual([
      ['layers.0.input', 'dense'],
      ['layers.0.recurrent', 'sharedLowRank(5)'],
      ['head', 'dense'],
    ]);
    expect(places[0].error).toBe(0);
    expect(places[2].error).toBeGreaterThan(0);
  });

  test('reads layers and training values from a file', async () => {
    await writeFile(
      join(folder, 'hybrid.yaml'),
      [
        'name: hybrid',
        'layers:',
        '  - { hidden: 12, input: { toeplitzLike: 2 }, recurrent: { kronecker: [4, 2] } }',
        '  - { hidden: 12, input: { lowRank: 3 }, recurrent: { sharedLowRank: 6 } }',
        'training: { learningRate: 0.001 }',
      ].join('\n'),
    );
    const { status, stderr } = await run(folder, [
      'compress',
      'first',
      '--model',
      'compact',
      '--layers',
      'hybrid.yaml',
      '--epochs',
      '1',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const config = await read<ReturnType<typeof configOf>>('runs/letters-1/config.json');
    expect(config.models.map(({ name }) => name)).toEqual(['compact', 'hybrid']);
    expect(config.models[1].training).toEqual({ learningRate: 0.001 });
    expect(config.training.epochs).toBe(1);
    const { models } = await read<RunMetrics>('runs/letters-1/metrics.json');
    expect(models[1].maps).toBe('12 toeplitzLike(2)/kronecker(4, 2) · 12 lowRank(3)/sharedLowRank(6)');
  });

  test('of a model with the longest of names gets another name', async () => {
    const name = `${'a'.repeat(29)}-compressed`;
    const config = configOf({ epochs: 1 }, { models: [{ name, layers: [{ hidden: 12 }] }] });
    await writeFile(join(folder, 'long.json'), JSON.stringify(config));
    await run(folder, ['train', 'long.json', '--out', 'long']);
    const args = ['compress', 'long', '--map', 'toeplitz', '--out', 'other'];
    expect(await run(folder, args)).toMatchObject({ status: 0, stderr: '' });
    const { models } = await read<ReturnType<typeof configOf>>('other/config.json');
    expect(models.map((model) => model.name)).toEqual([name, `${'a'.repeat(27)}-compressed-2`]);
  });

  test('says where it adds parameters', async () => {
    const args = ['compress', 'first', '--model', 'dense', '--epochs', '1', '--map'];
    const full = await run(folder, [...args, 'lowRank=12']);
    expect(full.stdout).toMatch(
      /^More parameters than before: layers\.0\.input, layers\.0\.recurrent\. Smaller sizes would compress\.$/m,
    );
    expect((await run(folder, [...args, 'lowRank=3'])).stdout).not.toContain('More parameters');
  });

  test('that is interrupted while it trains goes on from the compressed model', async () => {
    const controller = new AbortController();
    const trainModel: Services['trainModel'] = (job, hooks) => {
      controller.abort();
      return trainRecogniser({ ...job, corpus, ...hooks });
    };
    const args = ['compress', 'first', '--model', 'dense', '--map', 'toeplitz', '--epochs', '2'];
    const stopped = await run(folder, args, { trainModel }, controller.signal);
    expect(stopped.status).toBe(130);
    expect(stopped.stdout).toMatch(/to go on: compact-rnn train --resume runs\/letters-1\n$/);
    expect((await run(folder, ['train', '--resume', 'runs/letters-1'])).status).toBe(0);
    await run(folder, [...args, '--out', 'whole']);
    const [resumed, whole] = await Promise.all([
      parametersOf('runs/letters-1/dense-compressed'),
      parametersOf('whole/dense-compressed'),
    ]);
    expect(resumed).toEqual(whole);
  });

  test('that is interrupted before it trains leaves nothing', async () => {
    const controller = new AbortController();
    const loadCorpus = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const args = ['compress', 'first', '--map', 'toeplitz'];
    const { status, stdout } = await run(folder, args, { loadCorpus }, controller.signal);
    expect(status).toBe(130);
    expect(stdout).toMatch(/Stopped; nothing was trained yet\.\n$/);
    expect(await readdir(folder)).toEqual(['first']);
  });
});

describe('a failure', () => {
  test.each<[string, string[], number, RegExp]>([
    ['no structure', ['compress', 'first'], 2, /say what structure the model gets, with --map or --layers/],
    ['two structures', ['compress', 'first', '--map', 'toeplitz', '--layers', 'x'], 2, /cannot be used with/],
    ['no run', ['compress', '--map', 'toeplitz'], 2, /missing required argument 'run'/],
    ['no epochs', ['compress', 'first', '--map', 'toeplitz', '--epochs', '0'], 2, /whole number from 1/],
    ['a run that is none', ['compress', '.', '--map', 'toeplitz'], 1, /is not a run: it has no config\.json/],
    [
      'an unknown model',
      ['compress', 'first', '--model', 'x', '--map', 'toeplitz'],
      1,
      /no trained model "x"/,
    ],
    [
      'an unknown kind',
      ['compress', 'first', '--model', 'dense', '--map', 'lowrank=3'],
      1,
      /^compact-rnn: --map lowrank=3: layers\[0\]\.input is \{"lowrank":3\}; expected dense or circulant/,
    ],
    [
      'a kind without its size',
      ['compress', 'first', '--map', 'lowRank'],
      1,
      /--map lowRank: layers\[0\]\.input is "lowRank"; expected dense or/,
    ],
    [
      'a size that is none',
      ['compress', 'first', '--map', 'lowRank=some'],
      1,
      /layers\[0\]\.input\.lowRank is "some"; expected a whole number/,
    ],
    [
      'a size that does not fit',
      ['compress', 'first', '--model', 'dense', '--map', 'blockCirculant=7'],
      1,
      /^compact-rnn: --map blockCirculant=7: layers\.0\.input: blockCirculant: the block size is 7, expected a divisor/,
    ],
    [
      'a rank above that of any matrix',
      ['compress', 'first', '--model', 'dense', '--map', 'lowRank=49'],
      1,
      /^compact-rnn: --map lowRank=49: the rank of layers\.0\.input is 49; expected at most 48, the rank of a matrix of 48 × /,
    ],
    [
      'a shared rank above that of any matrix',
      ['compress', 'first', '--model', 'dense', '--map', 'sharedLowRank=13'],
      1,
      /the rank of layers\.0\.recurrent is 13; expected at most 12, the rank of a matrix of 48 × 12$/,
    ],
    ['a missing file', ['compress', 'first', '--layers', 'none.yaml'], 1, /none\.yaml could not be read/],
    ['a full folder', ['compress', 'first', '--map', 'toeplitz', '--out', 'first'], 1, /is not empty/],
  ])('%s', async (_, args, status, message) => {
    const outcome = await run(folder, args);
    expect(outcome.stderr.trimEnd()).toMatch(message);
    expect(outcome.status).toBe(status);
    expect(await readdir(folder)).toEqual(['first']);
  });

  test.each<[string, string, RegExp]>([
    [
      'other widths',
      'layers: [{ hidden: 13 }]',
      /hidden of layers\[0\] is 13, expected 12 as in the trained model/,
    ],
    ['more layers', 'layers: [{ hidden: 12 }, { hidden: 12 }]', /number of layers is 2, expected 1/],
    [
      'a slip',
      'layers: [{ hidden: 12, recurent: dense }]',
      /layers\[0\]\.recurent is not a known key; did you mean recurrent/,
    ],
    ['no mapping', '- hidden: 12', /expected a mapping of name, layers, training/],
    [
      'the original’s name',
      '{ name: dense, layers: [{ hidden: 12 }] }',
      /expected another name than the original's/,
    ],
  ])('layers with %s', async (_, text, message) => {
    await writeFile(join(folder, 'layers.yaml'), text);
    const args = ['compress', 'first', '--model', 'dense', '--layers', 'layers.yaml'];
    const { status, stderr } = await run(folder, args);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('a model that is not trained to its end', async () => {
    await rm(join(folder, 'first/dense/metrics.json'));
    const { status, stderr } = await run(folder, [
      'compress',
      'first',
      '--model',
      'dense',
      '--map',
      'toeplitz',
    ]);
    expect(status).toBe(1);
    expect(stderr).toBe(
      'compact-rnn: model dense of run first is not trained to its end; go on with: compact-rnn train --resume first\n',
    );
  });

  test('recordings that changed since: the report would compare two corpora', async () => {
    const loadCorpus = async () => ({ ...corpus, sets: { ...corpus.sets, test: corpus.sets.train } });
    const { status, stderr } = await run(folder, ['compress', 'first', '--map', 'toeplitz'], { loadCorpus });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^compact-rnn: run first began on other recordings, transcripts or sets than letters has/,
    );
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('a corpus without test utterances', async () => {
    const loadCorpus = async () => ({ ...corpus, sets: { ...corpus.sets, test: [] } });
    const args = ['compress', 'first', '--map', 'toeplitz'];
    const { status, stderr } = await run(folder, args, { loadCorpus });
    expect([status, stderr]).toEqual([1, 'compact-rnn: corpus letters has no utterances in set "test"\n']);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });
});
