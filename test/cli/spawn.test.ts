import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../dist/lib/cli.js', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spawn-'));
});
afterAll(() => rm(folder, { recursive: true }));

const start = (options: SpawnSyncOptions, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], {
    ...options,
    ...{ cwd: folder, encoding: 'utf8', timeout: 50_000 },
  });

// `npm test` builds dist/ first; a bare `vitest run` may be without it.
describe.runIf(existsSync(program))('the built program', () => {
  test('--help lists the commands', () => {
    const { status, stdout, stderr } = start({}, '--help');
    expect([status, stderr]).toEqual([0, '']);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) (\[|<)/gm)].map(([, name]) => name);
    expect(commands).toEqual(
      expect.arrayContaining(['train', 'evaluate', 'transcribe', 'summary', 'compress', 'reproduce']),
    );
  });

  test.runIf(existsSync('/dev/full'))('a full disk is one line, too', async () => {
    const config = '{"corpus": "x", "models": [{"name": "a", "layers": [{"hidden": 4}]}]}';
    await writeFile(join(folder, 'good.json'), config);
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = start({ stdio: ['ignore', full, 'pipe'] }, 'summary', 'good.json');
    closeSync(full);
    expect([status, stderr]).toEqual([
      1,
      'compact-rnn: standard output could not be written: no space is left on the disk\n',
    ]);
    await rm(join(folder, 'good.json'));
  });

  test('bad input is one line on standard error, status 1, and nothing written', async () => {
    const config = '{"corpus": "no-such-corpus", "models": [{"name": "a", "layers": [{"hidden": 4}]}]}';
    await writeFile(join(folder, 'bad.json'), config);
    const { status, stdout, stderr } = start({}, 'train', 'bad.json');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^compact-rnn: "no-such-corpus" is neither a corpus nor a manifest file.*\n$/);
    expect(await readdir(folder)).toEqual(['bad.json']);
  });
});
