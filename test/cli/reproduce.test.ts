import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReproduceOptions, reproduceExperiment } from '../../src/cli/reproduce.ts';
import type { Services, TrainingHooks } from '../../src/cli/services.ts';
import { InputError } from '../../src/errors.ts';
import { executeRun, type RunJob } from '../../src/tasks/speech/experiments/executeRun.ts';
import type { Experiment } from '../../src/tasks/speech/experiments/experiment.ts';
import { sizedModel } from '../../src/tasks/speech/experiments/matching.ts';
import type { ExperimentResults } from '../../src/tasks/speech/experiments/results.ts';
import { experiment, setOf } from '../tasks/speech/experiments/fakes.ts';
import { corpus as letters } from '../tasks/speech/letterCorpus.ts';
import { Collector, corpus, run } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reproduce-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A training that writes a checkpoint, is aborted as real ones are, and makes as many errors as it is told. */
const fakeRun =
  (made: RunJob[] = [], errors = (_: RunJob) => 5): Services['executeRun'] =>
  async (job, { signal, onEvent }: TrainingHooks) => {
    made.push(job);
    await writeFile(join(job.folder, 'checkpoint.safetensors'), '');
    onEvent({ kind: 'start', step: 0, steps: 2, parameters: 1, skipped: 0 });
    onEvent({ kind: 'evaluating', done: 1, total: 2, set: 'test' });
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return { completed: false };
    const [{ layers }] = job.config.models;
    const record = {
      id: job.id,
      maps: 'maps',
      layers,
      parameters: 100,
      lstmParameters: sizedModel('x', layers, 80).summary.lstmParameters,
      macsPerFrame: 90,
      losses: [3, 2],
      seconds: 10,
      framesPerSecond: 1000,
      sets: Object.fromEntries(job.sets.map((set) => [set, setOf(errors(job))])),
      backend: 'wasm',
      node: 'v20',
      commit: 'abc',
    };
    return { completed: true, record };
  };

async function reproduce(
  options: Partial<ReproduceOptions> = {},
  changes: Partial<Services> = {},
  of: Experiment = experiment,
  signal: AbortSignal = new AbortController().signal,
) {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const services = { loadCorpus: async () => corpus, executeRun: fakeRun(), ...changes } as Services;
  const commandLine = `compact-rnn reproduce ${of.name}`;
  const context = { services, stdout, stderr, folder, signal, commandLine };
  const status = await reproduceExperiment(of, { name: of.name, out: 'docs/results', ...options }, context);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

const results = async (): Promise<ExperimentResults> =>
  JSON.parse(await readFile(join(folder, 'docs/results/small.json'), 'utf8'));
const page = () => readFile(join(folder, 'docs/results/small.md'), 'utf8');

/** Two widths of three rates, of which the first is kept; two models of three rates; five final runs. */
const allRuns = 2 * 3 + 2 * 3 + 5;

describe('a whole experiment', () => {
  test('makes every run once, and leaves the results as JSON, page and picture', async () => {
    const made: RunJob[] = [];
    const { status, stdout } = await reproduce({ jobs: 2 }, { executeRun: fakeRun(made) });
    expect(status).toBe(0);
    expect(made).toHaveLength(allRuns);
    expect(new Set(made.map(({ folder: own }) => own)).size).toBe(allRuns);
    expect(made.every(({ resume }) => !resume)).toBe(true);
    expect((await readdir(join(folder, 'docs/results'))).sort()).toEqual([
      'small.json',
      'small.md',
      'small.svg',
    ]);
    const found = await results();
    expect(found).toMatchObject({
      name: 'small',
      complete: true,
      runsFinished: allRuns,
      command: 'compact-rnn reproduce small',
      node: process.version,
      backend: 'wasm',
    });
    for (const field of [
      'name',
      'maps',
      'lstmParameters',
      'parameters',
      'macsPerFrame',
      'seeds',
      'wer',
      'werPerSeed',
      'werInterval',
      'greedyWer',
      'heldOutWords',
      'trainWer',
      'secondsPerSeed',
      'framesPerSecond',
    ]) {
      for (const model of found.models) expect(model, field).toHaveProperty(field);
    }
    expect(stdout).toMatch(/^dense\/rate0\.01-seed1-\w+: begins$/m);
    expect(stdout).toMatch(
      /^dense\/rate0\.01-seed1-\w+: WER train 5\.0 % \(greedy 10\.0 %\).*; 10 s of training$/m,
    );
    expect(stdout).toMatch(/^hybrid +\d/m);
    expect(stdout.trimEnd().endsWith('Results: docs/results/small.md')).toBe(true);
  });

  test('says yes where the claim holds and no where it does not, from the figures', async () => {
    const by = (hybrid: number) =>
      fakeRun([], ({ config }) => (config.models[0]!.name === 'hybrid' ? hybrid : 5));
    await reproduce({}, { executeRun: by(5) });
    expect(await page()).toMatch(
      /^- \*\*Yes\*\*: at least 50\.0 % fewer LSTM parameters for at most 0\.3 points more WER was asked; hybrid has /m,
    );
    await rm(join(folder, 'runs'), { recursive: true });
    await reproduce({}, { executeRun: by(9) });
    const text = await page();
    expect(text).toMatch(
      /^- \*\*No\*\*: .* and \+4\.00 points \(\+4\.00 to \+4\.00\) of WER\.$|^- \*\*No\*\*: .* \+4\.00 points/m,
    );
    expect(text).toMatch(/^- Hybrid is worse than narrow-dense: \+4\.00 points/m);
    expect(text).not.toContain('Partial');
    expect(text).toContain('```sh\ncompact-rnn reproduce small\n```');
    expect(text).toMatch(
      /Width of the dense baseline: \*\*8\*\*, the smallest that doubling does not improve/,
    );
    expect(text).toMatch(/At the edge of what was tried: dense, hybrid, narrow-dense\./);
  });

  test('the picture is an SVG file with a point and a name for every model', async () => {
    await reproduce();
    const text = await readFile(join(folder, 'docs/results/small.svg'), 'utf8');
    expect(text.match(/xmlns="http:\/\/www\.w3\.org\/2000\/svg"/g)).toHaveLength(1);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    const { document } = parseHTML(text);
    expect(document.querySelector('svg')!.getAttribute('aria-label')).toContain('narrow-dense 5.00 % with');
    for (const name of ['dense', 'hybrid', 'narrow-dense']) expect(text).toContain(`>${name}</text>`);
    expect(document.querySelectorAll('circle').length).toBe(3 + 5);
  });

  test('runs no more at once than it is told, and as many', async () => {
    let [now, most] = [0, 0];
    const fake = fakeRun();
    await reproduce(
      { jobs: 3 },
      {
        executeRun: async (job, hooks) => {
          most = Math.max(most, ++now);
          // Longer than it takes to begin the next.
          await new Promise((resolve) => setTimeout(resolve, 20));
          return fake(job, hooks).finally(() => now--);
        },
      },
    );
    expect(most).toBe(3);
  });
});

describe('interrupted', () => {
  /** Aborts while run number `at` is at work. */
  async function interruptAt(at: number, made: RunJob[] = []) {
    const controller = new AbortController();
    const fake = fakeRun(made);
    const executeRun: Services['executeRun'] = async (job, hooks) => {
      if (made.length === at) controller.abort();
      return fake(job, hooks);
    };
    return reproduce({ jobs: 1 }, { executeRun }, experiment, controller.signal);
  }

  test('it keeps what is finished, resumes the rest from its checkpoint, and ends as without interruption', async () => {
    const [first, second]: [RunJob[], RunJob[]] = [[], []];
    const { status, stdout } = await interruptAt(13, first);
    expect(status).toBe(130);
    expect(stdout).toContain('Stopping: checkpoints are being saved.');
    expect(stdout).toContain('Stopped; to go on: compact-rnn reproduce small');
    expect(await results()).toMatchObject({ complete: false, runsFinished: 13 });
    expect((await results()).models.map(({ name }) => name)).toEqual(['dense']);
    expect(await page()).toMatch(
      /\*\*Partial: 13 of 17 planned runs are finished\*\* \(final runs: dense 1 of 2\)/,
    );

    expect((await reproduce({}, { executeRun: fakeRun(second) })).status).toBe(0);
    expect(first.length + second.length).toBe(allRuns + 1);
    expect(second.filter(({ resume }) => resume).map(({ id }) => id)).toEqual([first.at(-1)!.id]);
    const resumed = await results();
    await rm(join(folder, 'runs'), { recursive: true });
    await reproduce();
    expect(await results()).toEqual(resumed);
  });

  test('again after the end makes no run', async () => {
    await reproduce();
    const made: RunJob[] = [];
    const { status } = await reproduce({}, { executeRun: fakeRun(made) });
    expect([status, made]).toEqual([0, []]);
  });

  test('while the corpus is made, it stops at once', async () => {
    const controller = new AbortController();
    const loadCorpus = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const { status } = await reproduce({}, { loadCorpus }, experiment, controller.signal);
    expect(status).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a part of it', () => {
  test('is a stage, a model, or both', async () => {
    const made: RunJob[] = [];
    const only = (...names: string[]) => reproduce({ only: names }, { executeRun: fakeRun(made) });
    await only('width');
    expect(made.splice(0)).toHaveLength(6);
    await only('search', 'hybrid');
    expect(made.splice(0).map(({ id }) => id.split('/')[0])).toEqual(['hybrid', 'hybrid', 'hybrid']);
    await only('hybrid');
    expect(made.splice(0).map(({ config }) => config.seed)).toEqual([1, 2]);
    expect((await results()).models.map(({ name }) => name)).toEqual(['hybrid']);
    expect((await results()).complete).toBe(false);
  });

  test('that waits for another says for what', async () => {
    await expect(reproduce({ only: ['hybrid'] })).rejects.toThrow(
      '5 of the wanted runs wait for the width of the dense baseline, which other runs decide; run those first',
    );
  });

  test('--seeds changes the number of final runs', async () => {
    const made: RunJob[] = [];
    await reproduce({ seeds: 1 }, { executeRun: fakeRun(made) });
    expect(made).toHaveLength(allRuns - 2);
  });

  test('--dry-run lists runs and cost, and touches nothing', async () => {
    const { status, stdout } = await reproduce({ dryRun: true, jobs: 2 });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^width +dense +8 dense\/dense +0\.01 +101 +\d+\.\d +to run$/m);
    expect(stdout).toMatch(/^seeds +hybrid .* waits for the width of the dense baseline$/m);
    expect(stdout).toMatch(
      /^17 runs, about \d+ minutes of one core; 17 left, about \d+ minutes, \d+ with 2 at once\.$/m,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a failure', () => {
  test('of one run stops the others, which save what they have, and names the run', async () => {
    const fake = fakeRun();
    let calls = 0;
    const executeRun: Services['executeRun'] = async (job, hooks) => {
      if (++calls === 3) throw new InputError('the disk is full');
      return fake(job, hooks);
    };
    await expect(reproduce({ jobs: 2 }, { executeRun })).rejects.toThrow(
      /^run dense\/rate\S+: the disk is full$/,
    );
    expect(calls).toBeLessThanOrEqual(4);
  });

  test('a corpus of other features than the models are sized for is refused', async () => {
    const loadCorpus = async () => ({ ...corpus, bands: 20 });
    await expect(reproduce({}, { loadCorpus })).rejects.toThrow(/has 20 bands; expected the 40/);
  });

  test('a damaged record is named, and no run is made', async () => {
    const made: RunJob[] = [];
    await reproduce({ only: ['width'] }, { executeRun: fakeRun(made) });
    const file = join(made[0]!.folder, 'metrics.json');
    await writeFile(file, '{"id": "other"}');
    await expect(reproduce()).rejects.toThrow(`${file} does not hold the metrics of run ${made[0]!.id}`);
  });

  test.each([
    [['reproduce', 'nothing'], 1, /"nothing" is no experiment; expected one of spoken-queries, human-speech/],
    [
      ['reproduce', '--only', 'none', '--dry-run'],
      1,
      /--only is none; expected a stage, width, search, seeds, or a model of spoken-queries: dense,/,
    ],
    [['reproduce', '--seeds', '0'], 2, /Expected a whole number from 1 to 1000/],
    [['reproduce', '--jobs', 'x'], 2, /Expected a whole number from 1 to 1000/],
  ])('%j', async (args, status, message) => {
    const found = await run(folder, args as string[]);
    expect(found.stderr).toMatch(message as RegExp);
    expect([found.status, found.stdout]).toEqual([status, '']);
    expect(await readdir(folder)).toEqual([]);
  });

  test('the command line reaches the experiments', async () => {
    const { status, stdout } = await run(folder, [
      'reproduce',
      'human-speech',
      '--dry-run',
      '--only',
      'dense',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^30 runs/m);
  });
});

test('in earnest: a small experiment on a corpus in memory, interrupted once', async () => {
  const small: Experiment = {
    ...experiment,
    bands: letters.bands,
    width: { candidates: [6], improvement: 0.003 },
    search: { learningRates: [0.01, 0.03], seed: 101 },
    settings: {
      features: { stack: 2 },
      training: { epochs: 3, batchSize: 4, warmupSteps: 2, checkpointEverySteps: 4 },
    },
    models: experiment.models.map((model) => ({ ...model, seeds: 1 })),
  };
  const inMemory = { ...letters, sets: { ...letters.sets, development: letters.sets['test']! } };
  const controller = new AbortController();
  let steps = 0;
  const executeInEarnest: Services['executeRun'] = (job, { signal, onEvent }) =>
    executeRun(job, inMemory, {
      signal,
      onEvent(event) {
        if (event.kind === 'step' && ++steps === 40) controller.abort();
        onEvent(event);
      },
    });
  const services = { loadCorpus: async () => inMemory, executeRun: executeInEarnest };
  expect((await reproduce({}, services, small, controller.signal)).status).toBe(130);
  expect((await reproduce({}, services, small)).status).toBe(0);
  const { models, search, complete } = await results();
  expect(complete).toBe(true);
  expect(models.map(({ name }) => name)).toEqual(['dense', 'hybrid', 'narrow-dense']);
  expect(models.every(({ wer, heldOutWords }) => wer >= 0 && wer <= 2 && heldOutWords === 6)).toBe(true);
  expect(models[1]!.lstmParameters).toBeLessThanOrEqual(models[0]!.lstmParameters / 2);
  expect(search.every(({ decided, trials }) => decided && trials.length === 2)).toBe(true);
  // Three models of two trials and a final run each, of nine updates: no update was made twice.
  expect(steps).toBe(9 * 9);
  expect(existsSync(join(folder, 'runs/reproduce/small'))).toBe(true);
});
