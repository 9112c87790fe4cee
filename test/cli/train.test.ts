import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrainingJob } from '../../src/cli/services.ts';
import { InputError } from '../../src/errors.ts';
import { loadConfig, parseConfig } from '../../src/tasks/speech/config.ts';
import type { Corpus, Utterance } from '../../src/tasks/speech/corpus.ts';
import { waitingBackend } from '../backends/waitingBackend.ts';
import { corpus, modelMetrics, run, runMetrics, trainFake, writeConfig } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
  await writeConfig(folder, 'dense', 'compact');
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));
const expected = {
  ...runMetrics([modelMetrics('dense'), modelMetrics('compact')]),
  name: 'small',
  node: process.version,
};

describe('a run', () => {
  test('leaves its configuration, metrics, checkpoints and report, and prints the table', async () => {
    const { status, stdout, stderr } = await run(folder, ['train', 'small.json']);
    expect([status, stderr]).toEqual([0, '']);
    expect((await readdir(join(folder, 'runs/small-1'), { recursive: true })).sort()).toEqual([
      'compact',
      'compact/checkpoint.safetensors',
      'compact/metrics.json',
      'config.json',
      'dense',
      'dense/checkpoint.safetensors',
      'dense/metrics.json',
      'metrics.json',
      'report.html',
      'run.json',
    ]);
    const config = await loadConfig(join(folder, 'small.json'));
    expect(await read('runs/small-1/config.json')).toEqual(config);
    expect(await read('runs/small-1/metrics.json')).toEqual(expected);
    expect(await read('runs/small-1/compact/metrics.json')).toEqual(modelMetrics('compact'));
    expect(await readFile(join(folder, 'runs/small-1/report.html'), 'utf8')).toContain(
      '<pre>compact-rnn train small.json</pre>',
    );
    expect(stdout).toMatch(/dense: step 3\/3, loss 3\.00, 100 frames\/s, 0 s left/);
    expect(stdout).toMatch(/^ +dense +compact$/m);
    expect(stdout).toMatch(
      /^Held-out WER \(95 % interval\) +7\.1 % \(6\.3 to 8\.0\) +7\.1 % \(6\.3 to 8\.0\)$/m,
    );
    expect(stdout).toMatch(/^flite WER, synthesiser never heard in training +20\.4 %/m);
    expect(stdout.trimEnd().endsWith('Report: runs/small-1/report.html')).toBe(true);
  });

  test('takes the number after the greatest, and loads the corpus once', async () => {
    await mkdir(join(folder, 'runs/small-7'), { recursive: true });
    await mkdir(join(folder, 'runs/small-9-old'));
    const asked: unknown[] = [];
    const loadCorpus = async (name: string, options: { cacheFolder: string; seed: number }) => {
      asked.push([name, options.cacheFolder, options.seed]);
      return corpus;
    };
    await run(folder, ['train', 'small.json', '--seed', '5'], { loadCorpus });
    expect(existsSync(join(folder, 'runs/small-8/report.html'))).toBe(true);
    // The run's seed is not the corpus': seeds compare on one corpus.
    expect(asked).toEqual([['queries-small', join(folder, '.cache'), 1]]);
  });

  test('with --json prints the metrics and nothing else', async () => {
    const { status, stdout, stderr } = await run(folder, ['train', 'small.json', '--json', '--out', 'here']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(stderr).toContain('Report: here/report.html');
  });

  test('with the backend auto tells what was chosen and why, and goes on with that', async () => {
    const { status, stdout } = await run(folder, ['train', 'small.json', '--backend', 'auto']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^The gpu backend cannot run here\. webgpu: /);
    expect(stdout).toMatch(/dense: 1,234 parameters, 3 steps, on wasm/);
    expect((await read('runs/small-1/config.json')).backend).toBe('wasm');
  });

  test('names in its metrics what computed, with its mode and device', async () => {
    const startChosen = async () => ({ backend: waitingBackend() });
    const trainModel: typeof trainFake = async (job, hooks) => {
      const { completed } = await trainFake(job, hooks);
      const { description: backend } = waitingBackend();
      return { completed, metrics: modelMetrics(job.model, { backend, lstmGflops: null }) };
    };
    const args = ['train', 'small.json', '--backend', 'gpu'];
    const { status, stdout } = await run(folder, args, { startChosen, trainModel });
    expect(status).toBe(0);
    expect((await read('runs/small-1/config.json')).backend).toBe('gpu');
    expect((await read('runs/small-1/metrics.json')).backend).toBe('gpu (webgpu: made for tests)');
    expect(stdout).toMatch(/^GFLOP\/s in the LSTM +unknown +unknown$/m);
    const report = await readFile(join(folder, 'runs/small-1/report.html'), 'utf8');
    expect(report).toContain('Backend gpu (webgpu: made for tests), seed 1');
  });

  test('without a configuration is the quick one of the package', async () => {
    const { status } = await run(folder, ['train']);
    expect(status).toBe(0);
    expect((await read('runs/quick-1/config.json')).name).toBe('quick');
  });

  test("records what the command line changed, a manifest's path from the run's folder", async () => {
    await run(folder, [
      'train',
      'small.json',
      '--seed',
      '7',
      '--backend',
      'reference',
      '--corpus',
      'a/list.tsv',
    ]);
    const config = parseConfig(await read('runs/small-1/config.json'), 'config.json');
    expect([config.seed, config.backend, config.corpus]).toEqual([7, 'reference', '../../a/list.tsv']);
    expect(await readFile(join(folder, 'runs/small-1/report.html'), 'utf8')).not.toContain(folder);
  });

  test('trains as many models at once as there are cores', async () => {
    await writeConfig(folder, 'a', 'b', 'c', 'd', 'e');
    let [now, most] = [0, 0];
    await run(folder, ['train', 'small.json'], {
      trainModel: async (job, hooks) => {
        most = Math.max(most, ++now);
        const outcome = await trainFake(job, hooks);
        now--;
        return outcome;
      },
    });
    expect(most).toBe(Math.min(5, availableParallelism()));
  });
});

describe('--threads', () => {
  const inShards = async (shards: number) => {
    const config = JSON.parse(await readFile(join(folder, 'small.json'), 'utf8'));
    await writeFile(join(folder, 'small.json'), JSON.stringify({ ...config, training: { shards } }));
  };

  test('is the threads of each model, which then have fewer beside them; a resumed run may have others', async () => {
    await writeConfig(folder, 'a', 'b', 'c');
    await inShards(64);
    const controller = new AbortController();
    const threads: unknown[] = [];
    let [now, most] = [0, 0];
    const trainModel: typeof trainFake = async (job, hooks) => {
      threads.push(job.threads);
      most = Math.max(most, ++now);
      if (threads.length === 3) controller.abort();
      const outcome = await trainFake(job, hooks);
      now--;
      return outcome;
    };
    await run(folder, ['train', 'small.json', '--threads', '64'], { trainModel }, controller.signal);
    expect([threads, most]).toEqual([[64, 64, 64], Math.max(1, Math.min(3, availableParallelism() >> 6))]);
    const { status } = await run(folder, ['train', '--resume', 'runs/small-1', '--threads', '2'], {
      trainModel,
    });
    expect([status, threads.at(-1)]).toEqual([0, 2]);
  });

  test('without it there is one', async () => {
    const trainModel: typeof trainFake = (job, hooks) => {
      expect(job.threads).toBe(1);
      return trainFake(job, hooks);
    };
    expect((await run(folder, ['train', 'small.json'], { trainModel })).status).toBe(0);
  });

  test.each([
    [
      '3',
      2,
      /^compact-rnn: --threads is 3 and training\.shards of the configuration 2; expected at most one thread a shard\n$/,
    ],
    ['2', undefined, /^compact-rnn: --threads is 2 and training\.shards of the configuration 1; expected/],
    ['0', 2, /^compact-rnn: .*'0' is invalid\. Expected a whole number from 1 to 1000/],
  ])('%s with %s shards is a mistake', async (threads, shards, message) => {
    if (shards !== undefined) await inShards(shards);
    const { status, stderr } = await run(folder, ['train', 'small.json', '--threads', threads]);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual(['small.json']);
  });
});

describe('an interrupted run', () => {
  const changed = (changes: Partial<Utterance>): Utterance => ({ ...corpus.sets.test![0]!, ...changes });

  /** Trains dense to its end, and is interrupted in the middle of compact. */
  async function interrupted() {
    const controller = new AbortController();
    let denseEnded = () => {};
    const dense = new Promise<void>((resolve) => {
      denseEnded = resolve;
    });
    const trainModel: typeof trainFake = async (job, hooks) => {
      if (job.model === 'dense') return trainFake(job, hooks).finally(denseEnded);
      await dense;
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      return trainFake(job, hooks);
    };
    return run(folder, ['train', 'small.json'], { trainModel }, controller.signal);
  }

  test('says how to go on, keeps what was trained, and exits with 130', async () => {
    const { status, stdout, stderr } = await interrupted();
    expect([status, stderr]).toEqual([130, '']);
    expect(stdout).toContain('Stopping: checkpoints are being saved.');
    expect(stdout).toMatch(/Stopped; to go on: compact-rnn train --resume runs\/small-1\n$/);
    expect(existsSync(join(folder, 'runs/small-1/dense/metrics.json'))).toBe(true);
    expect(existsSync(join(folder, 'runs/small-1/compact/checkpoint.safetensors'))).toBe(true);
    expect(existsSync(join(folder, 'runs/small-1/metrics.json'))).toBe(false);
  });

  test('goes on with the unfinished models only, from their checkpoints', async () => {
    await interrupted();
    const jobs: TrainingJob[] = [];
    const trainModel: typeof trainFake = (job, hooks) => {
      jobs.push(job);
      return trainFake(job, hooks);
    };
    const { status } = await run(folder, ['train', '--resume', 'runs/small-1'], { trainModel });
    expect(status).toBe(0);
    expect(jobs.map(({ model, resume }) => [model, resume])).toEqual([['compact', true]]);
    expect(await read('runs/small-1/metrics.json')).toEqual(expected);
  });

  test('is reported as the command that began it', async () => {
    await interrupted();
    await run(folder, ['train', '--resume', 'runs/small-1']);
    await run(folder, ['train', '--resume', 'runs/small-1']);
    expect(await readFile(join(folder, 'runs/small-1/report.html'), 'utf8')).toContain(
      '<pre>compact-rnn train small.json</pre>',
    );
  });

  test.each<[string, (found: Corpus) => Corpus]>([
    [
      'a transcript',
      ({ sets, ...rest }) => ({ ...rest, sets: { ...sets, train: [changed({ transcript: 'play' })] } }),
    ],
    [
      'a recording',
      ({ sets, ...rest }) => ({
        ...rest,
        sets: { ...sets, test: [changed({ features: new Float32Array(40).fill(1) })] },
      }),
    ],
    [
      'the number of recordings',
      ({ sets, ...rest }) => ({ ...rest, sets: { ...sets, train: [...sets.train!, ...sets.train!] } }),
    ],
  ])('does not go on after %s changed: two trainings would be mixed', async (_, change) => {
    await interrupted();
    const loadCorpus = async () => change(corpus);
    const { status, stderr } = await run(folder, ['train', '--resume', 'runs/small-1'], { loadCorpus });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'compact-rnn: run runs/small-1 began on other recordings, transcripts or sets than queries-small has now; expected the same, as two trainings would be mixed. Bring them back, name where they are with --corpus, or train anew\n',
    );
    expect(existsSync(join(folder, 'runs/small-1/metrics.json'))).toBe(false);
  });

  test('that does not say how it began cannot go on', async () => {
    await interrupted();
    for (const text of ['{}', undefined]) {
      const file = join(folder, 'runs/small-1/run.json');
      await (text === undefined ? rm(file) : writeFile(file, text));
      const { status, stderr } = await run(folder, ['train', '--resume', 'runs/small-1']);
      expect(status).toBe(1);
      expect(stderr).toMatch(/run\.json (does not say how the run began|is missing: on which recordings)/);
    }
  });

  describe('on a manifest', () => {
    beforeEach(async () => {
      await mkdir(join(folder, 'here'));
      await writeFile(join(folder, 'here/list.tsv'), '');
      const config = JSON.parse(await readFile(join(folder, 'small.json'), 'utf8'));
      await writeFile(join(folder, 'small.json'), JSON.stringify({ ...config, corpus: 'here/list.tsv' }));
      await interrupted();
    });

    const asked: string[] = [];
    const loadCorpus = async (name: string) => {
      asked.push(name);
      return corpus;
    };

    test('goes on where all of it was moved to', async () => {
      await mkdir(join(folder, 'there'));
      for (const name of ['here', 'runs']) await rename(join(folder, name), join(folder, 'there', name));
      const args = ['train', '--resume', 'there/runs/small-1'];
      expect(await run(folder, args, { loadCorpus })).toMatchObject({ status: 0, stderr: '' });
      expect(asked.at(-1)).toBe(join(folder, 'there/here/list.tsv'));
    });

    test('asks where its recordings are, and then knows', async () => {
      await rename(join(folder, 'here'), join(folder, 'elsewhere'));
      const args = ['train', '--resume', 'runs/small-1'];
      const lost = await run(folder, args, { loadCorpus });
      expect(lost.status).toBe(1);
      expect(lost.stderr).toMatch(
        /^compact-rnn: the recordings of run runs\/small-1 are listed in .*here\/list\.tsv, which is not there; say where they are with --corpus\n$/,
      );
      const found = await run(folder, [...args, '--corpus', 'elsewhere/list.tsv'], { loadCorpus });
      expect([found.status, found.stderr]).toEqual([0, '']);
      expect((await read('runs/small-1/config.json')).corpus).toBe('../../elsewhere/list.tsv');
    });
  });

  test('that trained nothing leaves nothing', async () => {
    const controller = new AbortController();
    const trainModel = async () => {
      controller.abort();
      return { completed: false };
    };
    const { status, stdout } = await run(folder, ['train', 'small.json'], { trainModel }, controller.signal);
    expect(status).toBe(130);
    expect(stdout).toContain('Stopped; nothing was trained yet.');
    expect(await readdir(join(folder, 'runs'))).toEqual([]);
  });

  test('stops at once while the corpus is prepared', async () => {
    const controller = new AbortController();
    const loadCorpus = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const { status } = await run(folder, ['train', 'small.json'], { loadCorpus }, controller.signal);
    expect(status).toBe(130);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });
});

describe('a failure', () => {
  test.each<[string, string[], number, RegExp]>([
    [
      'a missing file',
      ['train', 'none.yaml'],
      1,
      /^compact-rnn: .*none\.yaml could not be read: there is no such/,
    ],
    [
      'a run that is none',
      ['train', '--resume', '.'],
      1,
      /^compact-rnn: .* is not a run: it has no config\.json$/,
    ],
    ['a full folder', ['train', 'small.json', '--out', '.'], 1, /is not empty; name a new folder/],
    [
      'a folder under a file',
      ['train', 'small.json', '--out', 'small.json/x'],
      1,
      /could not be made: .*a file/,
    ],
    ['an unknown command', ['trian'], 2, /^compact-rnn: unknown command 'trian'/],
    ['an unknown option', ['train', '--sede', '3'], 2, /^compact-rnn: unknown option '--sede'/],
    [
      'a negative seed',
      ['train', '--seed', '-1'],
      2,
      /^compact-rnn: .*'-1' is invalid.*whole number from 0 to 4294967295/,
    ],
    ['too large a seed', ['train', '--seed', '4294967296'], 2, /whole number from 0 to 4294967295/],
    [
      'an unknown backend',
      ['train', '--backend', 'cuda'],
      2,
      /Allowed choices are wasm, reference, gpu, auto/,
    ],
    [
      'two seeds',
      ['train', '--resume', 'x', '--seed', '3'],
      2,
      /'--resume <run>' cannot be used with .*'--seed <n>'/,
    ],
    ['two configurations', ['train', 'small.json', '--resume', 'x'], 2, /name no other/],
    ['no run', ['evaluate'], 2, /missing required argument 'run'/],
    ['no recording', ['transcribe', 'x'], 2, /missing required argument 'file\.wav'/],
  ])('%s', async (_, args, status, message) => {
    const outcome = await run(folder, args);
    expect(outcome.stderr.trimEnd()).toMatch(message);
    expect(outcome.status).toBe(status);
    expect(outcome.stdout).toBe('');
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('of the corpus is one line, and leaves nothing', async () => {
    const loadCorpus = async () => {
      throw new InputError('list.tsv:3: letter "é" is outside the alphabet');
    };
    const { status, stderr } = await run(folder, ['train', 'small.json'], { loadCorpus });
    expect([status, stderr]).toEqual([1, 'compact-rnn: list.tsv:3: letter "é" is outside the alphabet\n']);
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('of a backend that cannot run is its reason, before anything is written', async () => {
    const { status, stdout, stderr } = await run(folder, ['train', 'small.json', '--backend', 'gpu']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^compact-rnn: The gpu backend cannot run here\. webgpu: Node has WebGPU only through/,
    );
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('of a structure that does not fit is found with its place, before anything is written', async () => {
    const layers = [{ hidden: 4 }, { hidden: 4, input: { blockCirculant: 7 } }];
    const models = [
      { name: 'dense', layers: [{ hidden: 4 }] },
      { name: 'blocks', layers },
    ];
    await writeFile(join(folder, 'small.json'), JSON.stringify({ corpus: 'queries-small', models }));
    for (const command of ['train', 'summary']) {
      const { status, stderr } = await run(folder, [command, 'small.json']);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^compact-rnn: .*small\.json: models\[1\]: layers\.1\.input: blockCirculant: the block size is 7, expected a divisor/,
      );
    }
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('of threads on a GPU is found before anything is written', async () => {
    const startChosen = async () => ({ backend: waitingBackend() });
    await writeFile(
      join(folder, 'sharded.json'),
      JSON.stringify({
        corpus: 'queries-small',
        training: { shards: 2 },
        models: [{ name: 'one', layers: [{ hidden: 4 }] }],
      }),
    );
    const args = ['train', 'sharded.json', '--threads', '2', '--backend', 'gpu'];
    const { status, stderr } = await run(folder, args, { startChosen });
    expect([status, stderr]).toEqual([1, 'compact-rnn: --threads is 2 with the backend gpu; expected 1\n']);
    expect((await readdir(folder)).sort()).toEqual(['sharded.json', 'small.json']);
  });

  test.each(['train', 'test'])('an empty %s set is found before the training', async (set) => {
    const loadCorpus = async () => ({ ...corpus, sets: { ...corpus.sets, [set]: [] } });
    const { status, stderr } = await run(folder, ['train', 'small.json'], { loadCorpus });
    expect(status).toBe(1);
    expect(stderr).toBe(`compact-rnn: corpus queries-small has no utterances in set "${set}"\n`);
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('of a model before any checkpoint takes the run folder back', async () => {
    const trainModel = async () => {
      throw new InputError('the loss is NaN at step 1');
    };
    const { status, stderr } = await run(folder, ['train', 'small.json', '--json'], { trainModel });
    expect(status).toBe(1);
    expect(stderr).toBe('compact-rnn: model dense: the loss is NaN at step 1\n');
    expect(await readdir(join(folder, 'runs'))).toEqual([]);
  });

  test('of one model stops the others, keeps what they have, and says how to go on', async () => {
    const trainModel: typeof trainFake = async (job, hooks) => {
      if (job.model === 'dense') return trainFake(job, hooks);
      throw new InputError('the loss is NaN at step 1');
    };
    const { status, stderr } = await run(folder, ['train', 'small.json'], { trainModel });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'compact-rnn: model compact: the loss is NaN at step 1; go on with --resume runs/small-1\n',
    );
    expect(await readFile(join(folder, 'runs/small-1/dense/checkpoint.safetensors'), 'utf8')).toBe('step 1');
    // Who goes on knows how to, and is not told again where that is refused.
    const failing = async () => {
      throw new InputError('it cannot be resumed.');
    };
    const resumed = await run(folder, ['train', '--resume', 'runs/small-1'], { trainModel: failing });
    expect(resumed.stderr).toBe('compact-rnn: model dense: it cannot be resumed.\n');
  });

  test('that nobody expected shows where it happened', async () => {
    const trainModel = async () => {
      throw new TypeError('cannot read x of undefined');
    };
    const { status, stderr } = await run(folder, ['train', 'small.json'], { trainModel });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^compact-rnn: TypeError: cannot read x of undefined\n +at .*train\.test\.ts/);
  });

  test('metrics that were damaged are not taken for a finished model', async () => {
    await run(folder, ['train', 'small.json']);
    await writeFile(join(folder, 'runs/small-1/dense/metrics.json'), '{"name":"other"}');
    const { status, stderr } = await run(folder, ['train', '--resume', 'runs/small-1']);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /dense\/metrics\.json does not hold the metrics of model dense \(see .*; remove it/,
    );
    const { otherSets, ...less } = modelMetrics('dense');
    for (const damaged of [less, modelMetrics('compact'), { ...less, otherSets: { x: { wer: 1 } } }, null]) {
      await writeFile(join(folder, 'runs/small-1/dense/metrics.json'), JSON.stringify(damaged));
      const again = await run(folder, ['train', '--resume', 'runs/small-1']);
      expect(again.stderr).toMatch(
        /does not hold the metrics of model dense( \(see otherSets.*\))?; remove it/,
      );
    }
  });
});

test('--help and --version are no failure', async () => {
  const help = await run(folder, ['--help']);
  expect(help.status).toBe(0);
  for (const command of ['train', 'evaluate', 'transcribe', 'summary'])
    expect(help.stdout).toContain(command);
  const version = await run(folder, ['--version']);
  expect([version.status, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
