import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReproduceOptions, reproduceExperiment } from '../../src/cli/reproduce/reproduce.ts';
import type { Services } from '../../src/cli/services.ts';
import { InputError } from '../../src/errors.ts';
import type { Experiment } from '../../src/tasks/experiments/experiment.ts';
import { sizedModel } from '../../src/tasks/experiments/matching.ts';
import type { RunJob } from '../../src/tasks/experiments/run.ts';
import type { RunSettings } from '../../src/tasks/experiments/task.ts';
import type { SpeechConfig } from '../../src/tasks/speech/config.ts';
import { executeRun } from '../../src/tasks/speech/experiments/executeRun.ts';
import { speechTask } from '../../src/tasks/speech/experiments/task.ts';
import {
  changed,
  comparison,
  experiment,
  images,
  imagesOf,
  onTwo,
  setOf,
  task,
} from '../tasks/experiments/fakes.ts';
import { corpus as letters } from '../tasks/speech/letterCorpus.ts';
import { Collector, run } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reproduce-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the fake task configures: the settings as they are. */
const configOf = (job: RunJob) => job.config as RunSettings;

/** A training that writes a checkpoint, is aborted as real ones are, and makes as many errors as it is told. */
const fakeRun =
  (made: RunJob[] = [], errors = (_: RunJob) => 5, scores = setOf): Services['executeRun'] =>
  async (job, { signal, onEvent }) => {
    made.push(job);
    await writeFile(join(job.folder, 'checkpoint.safetensors'), '');
    onEvent({ kind: 'training', done: 0, total: 2 });
    onEvent({ kind: 'scoring', done: 1, total: 2, set: 'test' });
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return { completed: false };
    const { layers } = configOf(job).model;
    const record = {
      id: job.id,
      maps: 'maps',
      layers,
      parameters: 100,
      lstmParameters: sizedModel('x', layers, task).summary.lstmParameters,
      macsPerFrame: 90,
      losses: [3, 2],
      seconds: 10,
      framesPerSecond: 1000,
      sets: Object.fromEntries(job.sets.map((set) => [set, scores(errors(job))])),
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
  const services = { executeRun: fakeRun(), ...changes } as Services;
  const commandLine = `compact-rnn reproduce ${of.name}`;
  const takeInterruptions = () => {};
  const context = { services, stdout, stderr, folder, signal, takeInterruptions, commandLine };
  const status = await reproduceExperiment(of, { name: of.name, out: 'docs/results', ...options }, context);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

const results = async (name = 'small') =>
  JSON.parse(await readFile(join(folder, `docs/results/${name}.json`), 'utf8'));
const page = (name = 'small') => readFile(join(folder, `docs/results/${name}.md`), 'utf8');
const names = (of: { models: { name: string }[] }) => of.models.map(({ name }) => name);

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
      /^dense\/rate0\.01-seed1-\w+: train 5\.0 % WER, 10\.0 % greedy WER, 1\.0 % greedy letters; .*; 10 s of training$/m,
    );
    expect(stdout).toMatch(/^hybrid +\d/m);
    expect(stdout.trimEnd().endsWith('Results: docs/results/small.md')).toBe(true);
  });

  test('says yes where the claim holds and no where it does not, from the figures', async () => {
    const by = (hybrid: number) => fakeRun([], (job) => (configOf(job).model.name === 'hybrid' ? hybrid : 5));
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
    expect(names(await results())).toEqual(['dense']);
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
    const prepare = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const of = changed({ task: { ...task, prepare } });
    const { status } = await reproduce({}, {}, of, controller.signal);
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
    // Both at once, in either order.
    expect(
      made
        .splice(0)
        .map((job) => configOf(job).seed)
        .sort(),
    ).toEqual([1, 2]);
    expect(names(await results())).toEqual(['hybrid']);
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

  test('of the data to be made ends it before any run', async () => {
    const prepare = async () => {
      throw new InputError('there is no such corpus');
    };
    await expect(reproduce({}, {}, changed({ task: { ...task, prepare } }))).rejects.toThrow(
      'there is no such corpus',
    );
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('a damaged record is named, and no run is made', async () => {
    const made: RunJob[] = [];
    await reproduce({ only: ['width'] }, { executeRun: fakeRun(made) });
    const file = join(made[0]!.folder, 'metrics.json');
    await writeFile(file, '{"id": "other"}');
    await expect(reproduce()).rejects.toThrow(`${file} does not hold the metrics of run ${made[0]!.id}`);
  });

  test.each([
    [
      ['reproduce', 'nothing'],
      1,
      /"nothing" is not an experiment; expected one of spoken-queries, human-speech, fashion-rows, characters/,
    ],
    [
      ['reproduce', '--only', 'none', '--dry-run'],
      1,
      /--only is none; expected a stage, width, search, seeds, a model of spoken-queries, dense, .*, or a corpus of it, queries-comparison/,
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
    expect(stdout).toMatch(/^asterisk dense +157,440 /m);
    expect(stdout).toMatch(/^search +queen-joe dense .* to run$/m);
    // Ten parts of two rates, of which the chosen one is the final run; two trials and three final runs.
    expect(stdout).toMatch(/^25 runs/m);
  });
});

describe('on several corpora', () => {
  test('there is one page with a section and a picture for each, and one JSON', async () => {
    const made: RunJob[] = [];
    const prepared: string[] = [];
    const of = {
      ...onTwo,
      comparisons: onTwo.comparisons.map((one) => {
        const prepare = async () => void prepared.push(one.task.corpus);
        return { ...one, task: { ...one.task, prepare } };
      }),
    };
    const { status, stdout } = await reproduce({}, { executeRun: fakeRun(made) }, of);
    expect(status).toBe(0);
    expect(prepared).toEqual(['first', 'second']);
    expect(made).toHaveLength(2 * (3 * 3 + 5));
    expect((await readdir(join(folder, 'docs/results'))).sort()).toEqual([
      'on-two-first.svg',
      'on-two-second.svg',
      'on-two.json',
      'on-two.md',
    ]);
    expect((await readdir(join(folder, 'runs/reproduce/on-two'))).sort()).toEqual(['first', 'second']);
    const text = await page('on-two');
    expect(text.match(/^##+ .*$/gm)).toEqual([
      ...['first', 'second'].flatMap((corpus) => [
        `## ${corpus}`,
        '### Answer',
        '### Figures',
        '### Choices',
      ]),
      '## Command',
    ]);
    expect(text).toContain('](on-two-second.svg)');
    expect((await results('on-two')).models).toHaveLength(6);
    expect(stdout).toMatch(/^second\n/m);
    expect(await readFile(join(folder, 'docs/results/on-two-first.svg'), 'utf8')).toContain(
      'on-two, first, WER against LSTM parameters: dense 5.00 % with',
    );
  });

  test('--only names one, and the data of no other is made', async () => {
    const made: RunJob[] = [];
    const [first, second] = onTwo.comparisons;
    const prepare = async () => {
      throw new InputError('not asked for');
    };
    const of = {
      ...onTwo,
      comparisons: [{ ...first!, task: { ...first!.task, prepare } }, second!],
    };
    await reproduce({ only: ['second', 'hybrid'] }, { executeRun: fakeRun(made) }, of);
    expect(made).toHaveLength(3 + 2);
    expect(made.every(({ id }) => id.startsWith('second/hybrid/'))).toBe(true);
    expect(await page('on-two')).toMatch(/Partial: .* \(final runs: second hybrid 2 of 2\)/);
    const { stdout } = await reproduce({ dryRun: true, only: ['second', 'hybrid'] }, {}, of);
    expect(stdout).toMatch(/^search +second hybrid .* finished$/m);
    expect(stdout).toMatch(/^5 runs, .*; 0 left/m);
  });
});

describe('of which more is better', () => {
  test('the page says so', async () => {
    const by = (hybrid: number) =>
      fakeRun([], (job) => (configOf(job).model.name === 'hybrid' ? hybrid : 6), imagesOf);
    await reproduce({}, { executeRun: by(8) }, images);
    expect(await page('images')).toMatch(
      /^- \*\*Yes\*\*: at least 50\.0 % fewer LSTM parameters for at most 10\.0 points less accuracy was asked; hybrid has .* of accuracy\.$/m,
    );
    expect(await page('images')).toMatch(/\+20\.00 points \(.* of accuracy, better in \d+\.\d % of the/);
    expect(await page('images')).toMatch(/^\| dense .* \| 60\.00 % \(/m);
    await rm(join(folder, 'runs'), { recursive: true });
    const { stdout } = await reproduce({}, { executeRun: by(2) }, images);
    expect(await page('images')).toMatch(/^- Hybrid is worse than narrow-dense: −40\.00 points/m);
    expect(await page('images')).toMatch(/^- \*\*No\*\*: /m);
    expect(stdout).toMatch(/: test 20\.0 % accuracy; |; test 20\.0 % accuracy/);
  });
});

test('trials that are shorter than final trainings are said to be', async () => {
  await reproduce();
  expect(await page()).not.toContain('shorter');
  await rm(join(folder, 'runs'), { recursive: true });
  await reproduce({}, {}, changed({ search: { ...comparison.search, length: 0.5 } }));
  expect(await page()).toContain(
    'These trials were shorter than the final trainings: 50.0 % of their epochs',
  );
});

test('in earnest: a small experiment on a corpus in memory, interrupted once', async () => {
  const settings = {
    features: { stack: 2 },
    training: { epochs: 3, batchSize: 4, warmupSteps: 2, checkpointEverySteps: 4 },
  };
  const speech = speechTask({ corpus: 'letters', bands: letters.bands, settings, speechHours: 0.01 });
  const small = changed({
    task: { ...speech, prepare: async () => {} },
    width: { candidates: [6], improvement: 0.003 },
    search: { learningRates: [0.01, 0.03], seed: 101 },
    models: comparison.models.map((model) => ({ ...model, seeds: 1 })),
  });
  const inMemory = { ...letters, sets: { ...letters.sets, development: letters.sets['test']! } };
  const controller = new AbortController();
  let steps = 0;
  const begun = new Set<RunJob>();
  const executeInEarnest: Services['executeRun'] = (job, { signal, onEvent }) =>
    executeRun(job as RunJob<SpeechConfig>, inMemory, {
      signal,
      onEvent(event) {
        // The first event of a training tells where it begins.
        if (event.kind === 'training' && begun.has(job) && ++steps === 40) controller.abort();
        begun.add(job);
        onEvent(event);
      },
    });
  const services = { executeRun: executeInEarnest };
  expect((await reproduce({}, services, small, controller.signal)).status).toBe(130);
  expect((await reproduce({}, services, small)).status).toBe(0);
  const { models, search, complete } = await results();
  expect(complete).toBe(true);
  expect(names({ models })).toEqual(['dense', 'hybrid', 'narrow-dense']);
  expect(
    models.every(
      ({ wer, heldOutWords }: Record<string, number>) => wer! >= 0 && wer! <= 2 && heldOutWords === 6,
    ),
  ).toBe(true);
  expect(models[1]!.lstmParameters).toBeLessThanOrEqual(models[0]!.lstmParameters / 2);
  expect(
    search.every(
      ({ decided, trials }: { decided: boolean; trials: unknown[] }) => decided && trials.length === 2,
    ),
  ).toBe(true);
  // Three models of two trials and a final run each, of nine updates: no update was made twice.
  expect(steps).toBe(9 * 9);
  expect(existsSync(join(folder, 'runs/reproduce/small'))).toBe(true);
});
