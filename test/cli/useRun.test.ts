import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { Recogniser } from '../../src/tasks/speech/recogniser.ts';
import { modelMetrics, run, score, writeConfig } from './fakes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'use-run-'));
  await writeConfig(folder, 'dense', 'compact');
  await run(folder, ['train', 'small.json', '--out', 'run']);
  const better = modelMetrics('compact', { heldOutWer: 0.01 });
  await writeFile(join(folder, 'run/compact/metrics.json'), JSON.stringify(better));
});
afterAll(() => rm(folder, { recursive: true }));

describe('evaluate', () => {
  test('scores every model on the test set', async () => {
    const { status, stdout } = await run(folder, ['evaluate', 'run']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^queries-small, test:\n +dense +compact\nWER \(95 % interval\) +5\.0 % \(4\.0 to 6\.0\)/m,
    );
  });

  test('takes another set and another corpus, and prints JSON alone', async () => {
    const asked: string[] = [];
    const loadCorpus = async (name: string) => {
      asked.push(name);
      const one = { id: 'u', voice: 'v', transcript: 'a', frames: 1, features: new Float32Array(40) };
      return { name: 'mine', bands: 40, sets: { train: [], development: [], test: [], extra: [one] } };
    };
    const args = ['evaluate', 'run', '--corpus', 'mine.tsv', '--set', 'extra', '--json'];
    const { stdout } = await run(folder, args, { loadCorpus });
    expect(asked).toEqual([join(folder, 'mine.tsv')]);
    const models = ['dense', 'compact'].map((name) => ({ name, ...score }));
    expect(JSON.parse(stdout)).toEqual({ corpus: 'mine', set: 'extra', models });
  });

  test('scores 8-bit weights beside the others when asked', async () => {
    const recogniserOf = (name: string, wer: number): Recogniser =>
      ({ name, wer, quantised: () => recogniserOf(name, wer + 0.01) }) as unknown as Recogniser;
    const services = {
      loadRecogniser: async (path: string) => recogniserOf(basename(path), 0.05),
      evaluate: (recogniser: Recogniser) => ({
        ...score,
        wer: (recogniser as unknown as { wer: number }).wer,
      }),
    };
    const { stdout } = await run(folder, ['evaluate', 'run', '--weights', 'int8'], services);
    expect(stdout).toMatch(/^ +dense +dense, int8 +compact +compact, int8$/m);
    expect(stdout).toMatch(/^WER \(95 % interval\) +5\.0 %.* +6\.0 %.* +5\.0 %.* +6\.0 %/m);
    const json = await run(folder, ['evaluate', 'run', '--weights', 'int8', '--json'], services);
    const models = ['dense', 'compact'].flatMap((name) => [
      { name, weights: 'float32', ...score },
      { name, weights: 'int8', ...score, wer: 0.060000000000000005 },
    ]);
    expect(JSON.parse(json.stdout).models).toEqual(models);
    const other = await run(folder, ['evaluate', 'run', '--weights', 'int4']);
    expect([other.status, other.stdout]).toEqual([2, '']);
    expect(other.stderr).toMatch(/int4.*Allowed choices are int8/);
  });

  test('scores nothing where 8-bit weights are asked of a bidirectional model', async () => {
    const models = [
      { name: 'one', layers: [{ hidden: 4 }] },
      { name: 'both', layers: [{ hidden: 4 }, { hidden: 4, bidirectional: true }] },
    ];
    await writeFile(join(folder, 'both.json'), JSON.stringify({ corpus: 'queries-small', models }));
    await run(folder, ['train', 'both.json', '--out', 'both']);
    const evaluate = () => {
      throw new Error('it was scored');
    };
    const { status, stderr } = await run(folder, ['evaluate', 'both', '--weights', 'int8'], { evaluate });
    expect([status, stderr]).toEqual([
      1,
      'compact-rnn: --weights is int8 and model both is bidirectional; expected models of one direction, which streams can read\n',
    ]);
  });

  test.each([
    [
      ['evaluate', 'run', '--set', 'no'],
      'corpus queries-small has no utterances in a set "no"; it has train, dev',
    ],
    [['evaluate', 'run', '--set', 'toString'], 'no utterances in a set "toString"'],
    [['evaluate', '.'], 'is not a run: it has no config.json'],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await run(folder, args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });
});

describe('transcribe', () => {
  test('prints a line a file, by the model with the fewest errors', async () => {
    const { status, stdout } = await run(folder, ['transcribe', 'run', 'a.wav', 'b.wav']);
    expect([status, stdout]).toEqual([0, 'a.wav\tcompact 7\nb.wav\tcompact 7\n']);
  });

  test('by the model that was named, as JSON', async () => {
    const { stdout } = await run(folder, ['transcribe', 'run', 'a.wav', '--model', 'dense', '--json']);
    expect(JSON.parse(stdout)).toEqual([{ file: 'a.wav', model: 'dense', words: 'dense 7', greedy: 'g' }]);
  });

  test('refuses a model that is not there, and prints nothing when a file is none', async () => {
    const missing = await run(folder, ['transcribe', 'run', 'a.wav', '--model', 'x']);
    expect(missing.stderr).toMatch(/^compact-rnn: run .* has no trained model "x"; it has dense, compact\n$/);
    const readAudio = async (path: string) => {
      if (path.endsWith('b.wav')) throw new InputError('b.wav: at byte 0 not a WAV file.');
      return { samples: new Float32Array(7), sampleRate: 8000 };
    };
    const bad = await run(folder, ['transcribe', 'run', 'a.wav', 'b.wav'], { readAudio });
    expect(bad).toEqual({ status: 1, stdout: '', stderr: 'compact-rnn: b.wav: at byte 0 not a WAV file.\n' });
  });
});

describe('summary', () => {
  test('of a configuration and of its run are the same, with counts that can be checked by hand', async () => {
    const { status, stdout } = await run(folder, ['summary', 'small.json']);
    expect(status).toBe(0);
    // 4 hidden units on 3 × 40 inputs: 16 × 120 and 16 × 4; 29 classes: 29 × 4; biases 16 + 29.
    expect(stdout).toMatch(/^layers\.0\.input +dense +dense +16 × 120 +1,920 +1,920$/m);
    expect(stdout).toMatch(/^layers\.0\.recurrent +dense +dense +16 × 4 +64 +64$/m);
    expect(stdout).toMatch(/^all, with biases +2,145 +2,100$/m);
    expect((await run(folder, ['summary', 'run'])).stdout).toBe(stdout);
  });

  test('of nothing is a failure', async () => {
    const { status, stderr } = await run(folder, ['summary', 'nothing.yaml']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/nothing\.yaml could not be read: there is no such file or folder\n$/);
  });
});
