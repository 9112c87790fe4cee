import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'docs/examples/verify-your-gradients');

/* The example as someone has it who installed the packages: the built one, by its exports. */
describe('the example verify-your-gradients', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'verify-your-gradients-'));
    cpSync(source, folder, { recursive: true });
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    mkdirSync(join(folder, 'node_modules/@fast-check'), { recursive: true });
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const installed = name === 'compact-rnn' ? root : join(root, 'node_modules', name);
      symlinkSync(installed, join(folder, 'node_modules', name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs plainly, and says what it found as its README shows', () => {
    const output = execFileSync(process.execPath, ['plain.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(output).toMatch(/^huber: 4 directions agree$/m);
    expect(output).toMatch(/^\|x\| at 0: from -1\.000 to 1\.000$/m);
    expect(output).toMatch(/^model: 8 inputs agree$/m);
    const shown = /```text\n([\s\S]*?)```/.exec(readFileSync(join(source, 'README.md'), 'utf8'))![1];
    expect(output).toContain(shown);
  });

  it('passes its properties', () => {
    const runner = join(folder, 'node_modules/vitest/vitest.mjs');
    // Colours are digits, too.
    const { FORCE_COLOR: _, ...others } = process.env;
    const env = { ...others, NO_COLOR: '1' };
    const output = execFileSync(process.execPath, [runner, 'run'], { cwd: folder, encoding: 'utf8', env });
    expect(output).toMatch(/Tests\D+6 passed/);
  });
});
