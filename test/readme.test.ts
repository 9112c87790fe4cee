import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './docs/codeBlocks.ts';
import { pageModule } from './docs/pageModule.ts';
import { root } from './docs/pages.ts';
import { pageFolder, runModule } from './docs/run.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = codeBlocks(readme, 'README.md').filter(({ language }) => language === 'ts');
const named = blocks.filter(({ file }) => file !== undefined);

/* Links and shell lines are checked with those of all pages, in test/docs. */
describe('the README', () => {
  it('has code', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
  });

  it.each(blocks.map((block) => [block.line, block] as const))(
    'the block of line %i runs against the built package, and whatever it trains learns',
    async (_, block) => {
      const { folder, remove } = pageFolder(Object.fromEntries(named.map(({ file, code }) => [file!, code])));
      try {
        const names = new Set(named.map(({ file }) => file!));
        const output = await runModule(folder, pageModule([block], root, names));
        const losses = output
          .split('\n')
          .filter(Boolean)
          .map((line) => Number(line.split(' ')[1]));
        for (const loss of losses) expect(loss).toBeLessThan(Math.LN2);
      } finally {
        remove();
      }
    },
  );

  it('names configurations that exist', () => {
    for (const [path] of readme.matchAll(/configs\/[\w-]+\.yaml/g))
      expect(() => readFileSync(join(root, path))).not.toThrow();
  });
});
