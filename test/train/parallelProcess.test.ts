import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isBuilt } from './parallelTrainers.ts';

/** Runs a script of its own against the built package. */
function run(script: string) {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const args = ['--input-type=module', '--eval', script];
  return promisify(execFile)(process.execPath, args, { cwd, timeout: 50_000 });
}

const trainsIn = (body: string) => `
  import { parallelTrainer } from 'compact-rnn';
  import { model } from './test/train/tasks/classes.mjs';
  const module = new URL('./test/train/tasks/classes.mjs', 'file://' + process.cwd() + '/');
  const batch = (count) => ({ time: 20, count, values: new Float32Array(60 * count).fill(0.1), classes: new Array(20 * count).fill(1) });
  const trainer = await parallelTrainer({ module, parameters: model.initialise(1) });
  const step = () => trainer.step([batch(60), batch(40)], { learningRate: 0.01 });
  ${body}`;

describe.runIf(isBuilt)('a process', () => {
  test('ends when it has nothing else to do, though the trainer was never closed', async () => {
    const { stdout } = await run(trainsIn('console.log((await step()).applied);'));
    expect(stdout).toBe('true\n');
  });

  test('is as large after 250 steps as after 50, and has no threads left after the end', async () => {
    const { stdout } = await run(
      trainsIn(`
        const rss = () => process.memoryUsage().rss / 2 ** 20;
        for (let i = 0; i < 50; i++) await step();
        const before = rss();
        for (let i = 0; i < 200; i++) await step();
        const grown = rss() - before;
        await trainer.close();
        console.log(JSON.stringify({ grown, left: process.getActiveResourcesInfo().filter((name) => /worker|message/i.test(name)) }));`),
    );
    const { grown, left } = JSON.parse(stdout);
    // What is made in a step is about half a MiB on each thread.
    expect(grown).toBeLessThan(40);
    expect(left).toEqual([]);
  });
});
