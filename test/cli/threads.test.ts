import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { random } from '../../src/index.ts';
import { loadCheckpoint } from '../../src/io/checkpoint.ts';
import { encodeWav } from '../../src/tasks/speech/audio/wav.ts';

const program = fileURLToPath(new URL('../../dist/lib/cli.js', import.meta.url));
let folder: string;

/** A dozen recordings of noise, and a configuration that trains one model on them in two shards. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threads-'));
  const words = ['ab', 'ba', 'abba', 'baba', 'a b', 'b a', 'aba', 'bab', 'a ba', 'ab a', 'b ab', 'ba b'];
  const lines = words.map(async (text, i) => {
    const { normal } = random('noise', i);
    const samples = Float32Array.from({ length: 8000 + 1000 * i }, () => 0.1 * normal());
    await writeFile(join(folder, `${i}.wav`), encodeWav({ samples, sampleRate: 16000 }));
    return JSON.stringify({ audio: `${i}.wav`, text, set: i < 10 ? 'train' : 'test' });
  });
  await writeFile(join(folder, 'list.jsonl'), (await Promise.all(lines)).join('\n'));
  const training = { shards: 2, epochs: 8, batchSize: 5, checkpointEverySteps: 1 };
  const models = [{ name: 'a', layers: [{ hidden: 16 }] }];
  await writeFile(join(folder, 'c.json'), JSON.stringify({ corpus: 'list.jsonl', training, models }));
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts the program; `ended` tells how it ended and what it wrote on standard error. */
function start(...args: string[]): {
  child: ChildProcess;
  ended: Promise<{ status: unknown; stderr: string }>;
} {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, timeout: 55_000 });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.resume();
  const ended = new Promise<{ status: unknown; stderr: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ status: code ?? signal, stderr }));
  });
  return { child, ended };
}

const lossesOf = async (run: string) =>
  JSON.parse(await readFile(join(folder, run, 'metrics.json'), 'utf8')).models[0].losses;

describe.runIf(existsSync(program))('compact-rnn train --threads', () => {
  test('trains to the same losses on one thread, on two, and on two after an interruption', {
    timeout: 180_000,
  }, async () => {
    const one = start('train', 'c.json', '--out', 'one');
    expect(await one.ended).toEqual({ status: 0, stderr: '' });
    const losses = await lossesOf('one');
    expect(losses).toHaveLength(16);

    const two = start('train', 'c.json', '--out', 'two', '--threads', '2');
    expect(await two.ended).toEqual({ status: 0, stderr: '' });
    expect(await lossesOf('two')).toEqual(losses);

    const { child, ended } = start('train', 'c.json', '--out', 'three', '--threads', '2');
    while (!existsSync(join(folder, 'three/a/checkpoint.safetensors'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGINT');
    expect(await ended).toEqual({ status: 130, stderr: '' });
    const resumed = start('train', '--resume', 'three', '--threads', '2');
    expect(await resumed.ended).toEqual({ status: 0, stderr: '' });
    expect(await lossesOf('three')).toEqual(losses);
  });

  test('saves and ends when it is told to, by SIGTERM', async () => {
    const { child, ended } = start('train', 'c.json', '--out', 'told');
    while (!existsSync(join(folder, 'told/a/checkpoint.safetensors'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 130, stderr: '' });
    const { tensors } = await loadCheckpoint(join(folder, 'told/a/checkpoint.safetensors'));
    expect(tensors['progress.losses'].data.length).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'told/metrics.json'))).toBe(false);
  });

  test('ends with one line and status 1 when the training fails on its threads', async () => {
    const config = JSON.parse(await readFile(join(folder, 'c.json'), 'utf8'));
    // The decay alone throws every weight to the other side of zero, nearly nine times as far.
    const wild = { optimizer: 'sgd', learningRate: 10, weightDecay: 0.99, epochs: 60, warmupSteps: 0 };
    const training = { ...config.training, ...wild, checkpointEverySteps: 1000 };
    await writeFile(join(folder, 'wild.json'), JSON.stringify({ ...config, training }));
    const { status, stderr } = await start('train', 'wild.json', '--out', 'wild', '--threads', '2').ended;
    expect(stderr).toMatch(/^compact-rnn: model a: Training of a stopped at step \d+: the loss is .*\n$/);
    expect(status).toBe(1);
    // The last state that was good is kept.
    expect(existsSync(join(folder, 'wild/a/checkpoint.safetensors'))).toBe(true);
  });
});
