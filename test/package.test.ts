import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

describe('the package', () => {
  test('has no script that runs when it is installed', () => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
      expect(manifest.scripts).not.toHaveProperty(name);
  });

  test('depends at run time on few packages, each pinned, none of which runs a script when it is installed', () => {
    const names = Object.keys(manifest.dependencies);
    expect(names.length).toBeLessThanOrEqual(8);
    for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const shipped = Object.entries<{ dev?: boolean; hasInstallScript?: boolean; optional?: boolean }>(
      lock.packages,
    ).filter(([path, { dev }]) => path !== '' && dev !== true);
    expect(shipped.length).toBeGreaterThan(names.length);
    for (const [path, { hasInstallScript }] of shipped) expect(hasInstallScript, path).toBeUndefined();
  });

  test('leaves no short address to hosts of packages, from which the files beside it would not be found', () => {
    for (const name of ['browser', 'main', 'jsdelivr', 'unpkg']) expect(manifest).not.toHaveProperty(name);
  });

  test.runIf(existsSync(join(root, 'dist/src/index.d.ts')))(
    'has types that need neither those of pages nor of Node, and bytes that a Blob takes',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'types-'));
      try {
        const [index, bytes] = ['index', 'io/safetensors'].map((name) => join(root, 'dist/src', name));
        const entries = ['io/index', 'testing/index', 'tasks/speech/recognise'].map((name) =>
          join(root, 'dist/src', name),
        );
        const lines = [
          `import { parallelTrainer } from '${index}.js';`,
          `import { encodeSafetensors } from '${bytes}.js';`,
          ...entries.map((path) => `import '${path}.js';`),
          'export const fresh: Uint8Array<ArrayBuffer> = encodeSafetensors({});',
          "export const trainer = parallelTrainer({ module: { href: 'file:///task.js' }, parameters: {} });",
        ];
        writeFileSync(join(folder, 'uses.mts'), lines.join('\n'));
        const compilerOptions = {
          ...{ strict: true, noEmit: true, target: 'es2022', module: 'nodenext' },
          ...{ lib: ['es2022'], types: [] },
        };
        writeFileSync(
          join(folder, 'tsconfig.json'),
          JSON.stringify({ compilerOptions, files: ['uses.mts'] }),
        );
        const compiler = join(root, 'node_modules/typescript/bin/tsc');
        const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
        expect(stdout).toBe('');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  // A build removes what it did not write: a stale chunk would be packed, and a page's host would hold it for nothing.
  test.runIf(existsSync(join(root, 'dist/browser')))('holds no chunk that nothing imports', () => {
    for (const folder of ['dist/browser', 'dist/lib']) {
      const names = readdirSync(join(root, folder));
      const texts = names.map((name) => readFileSync(join(root, folder, name), 'utf8'));
      for (const chunk of names.filter((name) => name.startsWith('chunk-'))) {
        expect(
          texts.filter((text) => text.includes(`"./${chunk}"`)),
          chunk,
        ).not.toEqual([]);
      }
    }
  });

  // `npm test` builds dist/ first; a bare `vitest run` may be without it.
  test.runIf(existsSync(join(root, 'dist/lib/index.js')))('holds what is meant and nothing else', () => {
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const files: string[] = JSON.parse(output)[0].files.map(({ path }: { path: string }) => path);
    const meant =
      /^(dist\/(lib|browser)\/[\w-]+\.js|dist\/(src|kernels)\/.*\.d\.ts|configs\/[\w-]+\.yaml|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
    expect(files.filter((file) => !meant.test(file))).toEqual([]);
    for (const file of [
      'dist/lib/index.js',
      'dist/lib/cli.js',
      'dist/lib/thread.js',
      'dist/src/index.d.ts',
      'configs/quick.yaml',
      'LICENSE',
    ])
      expect(files).toContain(file);
  });
});
