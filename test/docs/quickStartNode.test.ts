import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWithPackage, saveFilesOf } from './installed.ts';

const run = promisify(execFile);

/* Someone follows the quick start in an empty folder, with the packed package. */
describe('the quick start in Node', () => {
  let place: ReturnType<typeof folderWithPackage>;
  beforeAll(() => {
    place = folderWithPackage();
    saveFilesOf('docs/guides/quick-start-node.md', place.folder);
  }, 60_000);
  afterAll(() => place?.remove());
  const node = async (...args: string[]) =>
    (await run(process.execPath, args, { cwd: place.folder, timeout: 300_000 })).stdout;

  it('has a model that learns, within five minutes', { timeout: 310_000 }, async () => {
    const output = await node('learn.mjs');
    const losses = [...output.matchAll(/loss (\d\.\d+)/g)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)).toBeLessThan(0.1);
    const [, right, all] = /right: (\d+) of (\d+)/.exec(output)!;
    expect(Number(right) / Number(all)).toBeGreaterThan(0.95);
  });

  it('has one that is used as a stream, and answers rightly', async () => {
    const answers = (await node('use.mjs')).trim().split('\n');
    expect(answers).toHaveLength(4);
    for (const answer of answers) {
      const [, first, found] = /was (-?[\d.]+), the answer is (\w+)/.exec(answer)!;
      expect(found).toBe(Number(first) > 0 ? 'positive' : 'negative');
    }
  });

  it('has the command line', async () => {
    const installed = join(place.folder, 'node_modules/compact-rnn');
    const output = await node(
      join(installed, 'dist/src/cli/main.js'),
      'summary',
      join(installed, 'configs/quick.yaml'),
    );
    expect(output).toContain('sharedLowRank(56)');
  });
});
