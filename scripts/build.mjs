// Builds dist/: first the WebAssembly kernels, which become a TypeScript module, then everything by the TypeScript compiler,
// then the files of the package.
// With --clean nothing of an earlier build is left; without, what the compiler made of modules that are gone stays in dist/src,
// and a program that runs from dist/ goes on while the sources are the same.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { joinModules } from './join.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const run = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

if (process.argv.includes('--clean')) rmSync(`${root}/dist`, { recursive: true, force: true });
run('scripts/build-wasm.mjs');
run(compiler, '--project', 'tsconfig.build.json');
await joinModules();
