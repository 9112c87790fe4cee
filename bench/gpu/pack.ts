/*
 * Makes `.gpu/`: what a machine with a GPU and no network needs, in two parts that each stay under 64 MiB. There:
 *   OUT=<folder> bash .gpu/first/run.sh     Node and PyTorch
 *   OUT=<folder> bash .gpu/second/run.sh    Chromium; after the first, on the same machine
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const target = join(root, '.gpu');
const [first, second, installed, app] = ['first', 'second', 'installed', 'app'].map((name) =>
  join(target, name),
);
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
const compress = (archive: string, folder: string, names: readonly string[]) =>
  run('tar', ['-c', '-h', '-I', 'xz -6 -T0', '-f', archive, ...names], folder);

for (const folder of [first, second, app]) rmSync(folder, { recursive: true, force: true });
for (const folder of [first, second, installed, app]) mkdirSync(folder, { recursive: true });

// Node and WebGPU for it, as npm has them.
run('npm', ['install', '--silent', '--no-save', '--prefix', '.', 'node@24', 'webgpu@0.6.2'], installed);
// The loader through which WebGPU finds the driver, and what drivers and Chromium are linked to (Debian).
const loader = ['libvulkan1', 'libegl1', 'libglvnd0', 'libopengl0', 'libgl1', 'libglx0', 'libgles2'];
const display = ['libx11-6', 'libxext6', 'libxcb1', 'libxau6', 'libxdmcp6', 'libbsd0', 'libmd0'];
run('apt-get', ['download', '-qq', ...loader, ...display], first);
run('apt-get', ['download', '-qq', 'libnss3', 'libnspr4', 'libexpat1'], second);

for (const part of ['bench', 'src', 'kernels'])
  cpSync(join(root, 'dist', part), join(app, 'dist', part), { recursive: true });
cpSync(join(root, 'bench/peers/pytorch.py'), join(app, 'dist/bench/peers/pytorch.py'));
writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
for (const name of ['gpu.js', 'acorn', 'gpu-mock.js', 'gl']) {
  cpSync(join(root, 'node_modules', name), join(app, 'node_modules', name), {
    recursive: true,
    dereference: true,
  });
}
for (const name of ['index.js', 'package.json', 'dist/linux-x64']) {
  cpSync(join(installed, 'node_modules/webgpu', name), join(app, 'node_modules/webgpu', name), {
    recursive: true,
  });
}
await build({
  root: join(root, 'bench/gpu/page'),
  base: './',
  logLevel: 'error',
  build: { outDir: join(app, 'page'), emptyOutDir: true, target: 'es2022' },
});
compress(join(first, 'app.tar.xz'), app, ['.']);
compress(join(first, 'node.tar.xz'), join(installed, 'node_modules/node/bin'), ['node']);

// It unpacks itself, its libraries beside it.
const chromium = await sparticuz.executablePath();
const beside = ['libEGL.so', 'libGLESv2.so', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];
compress(join(target, 'chromium.tar.xz'), dirname(chromium), ['chromium', ...beside]);
// Alone it is too large for the second part.
run('split', ['-b', '25MB', '../chromium.tar.xz', 'chromium.tar.xz.'], second);
renameSync(join(second, 'chromium.tar.xz.aa'), join(first, 'chromium.tar.xz.aa'));
rmSync(join(target, 'chromium.tar.xz'));

const unpacked = '/tmp/compact-rnn-gpu';
writeFileSync(
  join(first, 'run.sh'),
  `#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
mkdir -p ${unpacked}
cp "$here"/chromium.tar.xz.* ${unpacked}/
for archive in "$here"/*.tar.xz; do tar -x -f "$archive" -C ${unpacked}; done
for package in "$here"/*.deb; do dpkg -x "$package" /; done
ldconfig
${unpacked}/node ${unpacked}/dist/bench/gpu/node.js "$OUT"
`,
);
writeFileSync(
  join(second, 'run.sh'),
  `#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
for package in "$here"/*.deb; do dpkg -x "$package" /; done
ldconfig
cp "$here"/chromium.tar.xz.* ${unpacked}/
cat ${unpacked}/chromium.tar.xz.* | tar -x -J -C ${unpacked}
export LD_LIBRARY_PATH=${unpacked}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
${unpacked}/node ${unpacked}/dist/bench/gpu/chromium.js ${unpacked}/chromium ${unpacked}/page "$OUT" 2>&1 | tee "$OUT/chromium.log"
`,
);
run('du', ['-sh', first, second], root);
process.exit(0);
