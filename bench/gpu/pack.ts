/*
 * Makes `.gpu/`: what a machine with a GPU and no network needs, in parts that each stay under 64 MiB: `.gpu/1/`, `.gpu/2/`, …
 * There, with what the parts hold in one folder:
 *   bash run.sh node OUT        PyTorch, and Node with the package webgpu
 *   bash run.sh chromium OUT    Chromium on WebGPU and on WebGL2, after the first
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const target = join(root, '.gpu');
const [installed, app, debs] = ['installed', 'app', 'debs'].map((name) => join(target, name));
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

rmSync(target, { recursive: true, force: true });
for (const folder of [installed, app, debs]) mkdirSync(folder, { recursive: true });

// Node and WebGPU for it, as npm has them.
run('npm', ['install', '--silent', '--no-save', '--prefix', '.', 'node@24', 'webgpu@0.6.2'], installed);
cpSync(join(installed, 'node_modules/node/bin/node'), join(app, 'node'));
for (const name of ['index.js', 'package.json', 'dist/linux-x64']) {
  cpSync(join(installed, 'node_modules/webgpu', name), join(app, 'node_modules/webgpu', name), {
    recursive: true,
  });
}
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
await build({
  root: join(root, 'bench/gpu/page'),
  base: './',
  logLevel: 'error',
  build: {
    outDir: join(app, 'page'),
    emptyOutDir: true,
    target: 'es2022',
    // The registry knows the ops of modules that are there.
    rollupOptions: { treeshake: false },
  },
});
run('tar', ['-c', '-I', 'xz -3 -T0', '-f', join(target, 'app.tar.xz'), '-C', app, '.'], root);

// A whole Chromium on a screen that nobody sees (Debian): one without a window asks the driver for Vulkan's headless surfaces,
// which NVIDIA's does not have. With it comes the loader through which Node's WebGPU finds the driver.
run(
  'apt-get',
  ['download', '-qq', ...packagesOf(['chromium', 'xvfb', 'libvulkan1', 'libgl1', 'libegl1'])],
  debs,
);

writeFileSync(
  join(target, 'run.sh'),
  `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -d app ]; then
  cat part.* | tar -x
  mkdir -p app system
  tar -x -J -f app.tar.xz -C app
  for package in debs/*.deb; do dpkg -x "$package" system; done
fi
libraries=$PWD/system/usr/lib/x86_64-linux-gnu
search=$libraries:$PWD/system/lib/x86_64-linux-gnu:$libraries/pulseaudio
if [ "$1" = node ]; then
  # The loader and what drivers are linked to, and nothing that PyTorch has newer ones of.
  mkdir -p loader
  cp -P "$libraries"/lib{vulkan,X11,Xext,xcb,Xau,Xdmcp,bsd,md,GL,GLX,GLdispatch,EGL}.so* loader
  LD_LIBRARY_PATH=$PWD/loader app/node app/dist/bench/gpu/node.js "$2" 2>&1 | tee "$2/node.log"
else
  # Where Xvfb was compiled to look for it.
  [ -e /usr/bin/xkbcomp ] || ln -s "$PWD/system/usr/bin/xkbcomp" /usr/bin/xkbcomp
  mkdir -p -m 1777 /tmp/.X11-unix
  export DISPLAY=:7 FONTCONFIG_PATH=$PWD/system/etc/fonts LIBGL_DRIVERS_PATH=$libraries/dri
  export LD_LIBRARY_PATH=$search
  system/usr/bin/Xvfb :7 -screen 0 1280x800x24 -xkbdir "$PWD/system/usr/share/X11/xkb" &
  trap "kill $!" EXIT
  sleep 3
  app/node app/dist/bench/gpu/chromium.js system/usr/lib/chromium/chromium app/page "$2" 2>&1 |
    tee "$2/chromium.log"
fi
`,
);
run('tar', ['-c', '-f', 'all.tar', 'app.tar.xz', 'debs'], target);
run('split', ['-b', '53MB', '-d', 'all.tar', 'part.'], target);
for (const [i, name] of readdirSync(target)
  .filter((name) => name.startsWith('part.'))
  .entries()) {
  const folder = join(target, `${i + 1}`);
  mkdirSync(folder);
  renameSync(join(target, name), join(folder, name));
  cpSync(join(target, 'run.sh'), join(folder, 'run.sh'));
  run('du', ['-sh', folder], root);
}
for (const name of ['installed', 'app', 'debs', 'app.tar.xz', 'all.tar', 'run.sh'])
  rmSync(join(target, name), { recursive: true });
process.exit(0);

/** The packages and all that they need, as on a machine that has nothing, but for what every machine has. */
function packagesOf(wanted: readonly string[]): string[] {
  const everywhere =
    /^(libc6|libc-bin|dpkg|tar|debconf|perl|passwd|systemd|init|login|mount|adduser|dbus|adwaita|shared-mime)/;
  const args = ['-o', 'Dir::State::status=/dev/null', 'install', '-s', '-y', '--no-install-recommends'];
  return execFileSync('apt-get', [...args, ...wanted], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? [])
    .filter((name) => !everywhere.test(name));
}
