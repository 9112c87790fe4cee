import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The JavaScript peers, in the versions that their programs here are written for. */
const npmPackages = [
  '@jax-js/jax@0.1.25',
  '@tensorflow/tfjs@4.22.0',
  '@tensorflow/tfjs-backend-wasm@4.22.0',
  'onnxruntime-node@1.30.0',
];

/** PyTorch with the quickest of Debian's linear algebra libraries, which it then finds by `LD_LIBRARY_PATH`. */
const debianPackages = ['python3-torch', 'libopenblas0-pthread'];

/** Where PyTorch was unpacked, or why it is not there. */
export async function installPyTorch(folder: string): Promise<string> {
  const root = join(folder, 'debian');
  await once(root, async () => {
    // What the system has already is not asked for again; nothing is installed, so this needs no rights.
    const options = ['-o', 'Debug::NoLocking=1', '-o', `Dir::Cache::archives=${root}`];
    const asked = [
      'install',
      '--yes',
      '--no-install-recommends',
      '--print-uris',
      ...options,
      ...debianPackages,
    ];
    const { stdout } = await run('apt-get', asked, { maxBuffer: 1 << 26 });
    const names = [...stdout.matchAll(/^'.*' (\S+?)_\S+\.deb /gm)].map(([, name]) => name);
    await run('apt-get', ['download', ...new Set([...debianPackages, ...names])], { cwd: root });
    for (const file of await readdir(root)) {
      if (!file.endsWith('.deb')) continue;
      await run('dpkg', ['-x', file, '.'], { cwd: root });
      await rm(join(root, file));
    }
  });
  return root;
}

/** Where the JavaScript peers were installed, or why they are not there. */
export async function installNpmPeers(folder: string): Promise<string> {
  const root = join(folder, 'npm');
  await once(root, async () => {
    await writeFile(join(root, 'package.json'), '{ "private": true, "type": "module" }\n');
    // Their scripts fetch builds for graphics cards.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
    await run('npm', ['install', ...options, ...npmPackages], { cwd: root });
  });
  return root;
}

/** Fills a folder, or leaves it as it was filled before; a folder half filled is filled anew. */
async function once(folder: string, fill: () => Promise<void>): Promise<void> {
  const done = join(folder, 'complete');
  if (existsSync(done)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill();
  await writeFile(done, '');
}
