import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
/** A block may name its file in a first line of comment, for the others to import. */
const fileOf = (code: string) => /^\/\/ (\w+\.mjs)\n/.exec(code)?.[1] ?? 'block.mjs';

describe('the README', () => {
  it('has code', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
  });

  it.each(blocks.map((code, i) => [i + 1, code] as const))(
    'block %i runs against the built package',
    (_, code) => {
      // Inside the package, so that its own name resolves by its exports, as it does for those who installed it.
      const folder = mkdtempSync(join(root, 'dist', 'readme-'));
      try {
        for (const one of [...blocks.filter((other) => fileOf(other) !== 'block.mjs'), code]) {
          writeFileSync(join(folder, fileOf(one)), one);
        }
        const output = execFileSync(process.execPath, [join(folder, fileOf(code))], { encoding: 'utf8' });
        const losses = output
          .split('\n')
          .filter(Boolean)
          .map((line) => Number(line.split(' ')[1]));
        for (const loss of losses) expect(loss).toBeLessThan(Math.LN2);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('names configurations and commands that exist', () => {
    for (const [path] of readme.matchAll(/configs\/[\w-]+\.yaml/g))
      expect(() => readFileSync(join(root, path))).not.toThrow();
    const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
    for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty(name);
  });
});
