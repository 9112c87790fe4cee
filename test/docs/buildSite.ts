import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fingerprint } from './fingerprint.ts';

const run = promisify(execFile);

/**
 * Builds the site from the sources as they are and gives its folder; what was built from the same bytes before is
 * kept. Test files run in processes of their own, so the first to come takes a lock and the others wait.
 */
export async function buildSite(root: string): Promise<string> {
  const cache = join(root, '.cache/site');
  const folder = join(cache, 'files');
  mkdirSync(cache, { recursive: true });
  const release = await lock(join(cache, 'lock'));
  try {
    const api = fingerprint(root, ['src', 'kernels', 'typedoc.json', 'package-lock.json']);
    await once(join(root, 'docs/api/.of'), api, () => node(root, 'typedoc/bin/typedoc'));
    const all = fingerprint(root, ['docs', 'dist/src', 'dist/kernels', 'package-lock.json']);
    await once(join(cache, 'of'), all, async () => {
      rmSync(folder, { recursive: true, force: true });
      await node(root, 'vitepress/bin/vitepress.js', 'build', 'docs', '--outDir', folder);
    });
    return folder;
  } finally {
    release();
  }
}

/** Does the work unless `file` says that it was done for this state. */
async function once(file: string, state: string, work: () => Promise<void>): Promise<void> {
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return;
  rmSync(file, { force: true });
  await work();
  writeFileSync(file, state);
}

async function node(root: string, program: string, ...args: string[]): Promise<void> {
  // The tests' NODE_ENV would make VitePress take Vue's development build.
  const env = { ...process.env, NODE_ENV: 'production', VITEST: undefined, NO_COLOR: '1' };
  const path = join(root, 'node_modules', program);
  await run(process.execPath, [path, ...args], { cwd: root, env, maxBuffer: 1e8 }).catch((cause) => {
    throw new Error(`The site could not be built: ${program} said\n${cause.stdout}\n${cause.stderr}`, {
      cause,
    });
  });
}

/** Waits until no living process holds the folder `path`, makes it ours, and gives what releases it. */
async function lock(path: string): Promise<() => void> {
  const holder = join(path, 'pid');
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(holder, String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await setTimeout(200);
    const pid = existsSync(holder) ? Number(readFileSync(holder, 'utf8')) : 0;
    if (pid > 0 && !lives(pid)) rmSync(path, { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
