import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { loadQueries } from '../../../../src/tasks/speech/corpora/queries/build.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const root = resolve(import.meta.dirname, '../../../..');

/**
 * Compiles a source and all it imports inside the repository, so that packages are found. → the folder of the
 * output.
 */
function compile(source: string): string {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const outDir = mkdtempSync(join(root, '.cache/compiled-'));
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const worker = join(source, '../worker.ts');
  const program = ts.createProgram([source, worker], {
    ...options,
    outDir,
    noCheck: true,
    sourceMap: false,
    declaration: false,
  });
  expect(program.emit().emitSkipped).toBe(false);
  return outDir;
}

test('two threads of the compiled package, in another process, make the bytes that one thread makes here', async () => {
  const counts = { train: 5, development: 1, test: 2, flite: 2 };
  const [here, there] = [temporaryFolder(), temporaryFolder()];
  await loadQueries('small', { cacheFolder: here, counts, workers: 0 });
  const compiled = compile(join(root, 'src/tasks/speech/corpora/queries/build.ts'));
  const script = join(compiled, 'run.mjs');
  writeFileSync(
    script,
    `import { loadQueries } from './src/tasks/speech/corpora/queries/build.js';
     import { DEFAULT_WORKERS } from './src/tasks/speech/corpora/queries/pool.js';
     await loadQueries('small', ${JSON.stringify({ cacheFolder: there, counts })});
     console.log(DEFAULT_WORKERS);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: root });
  expect(stdout).toBe('2\n');
  expect(readdirSync(there)).toEqual(readdirSync(here));
  const [folder] = readdirSync(here);
  for (const file of ['features.bin', 'index.json']) {
    expect(readFileSync(join(there, folder!, file))).toEqual(readFileSync(join(here, folder!, file)));
  }
});
