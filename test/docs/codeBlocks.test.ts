import { describe, expect, it } from 'vitest';
import { codeBlocks } from './codeBlocks.ts';
import { pageModule } from './pageModule.ts';
import { pageFolder, runModule } from './run.ts';

/* The extractor itself: a test that cannot fail would let every page pass. */

const fence = '```';
const page = (...blocks: [info: string, code: string][]) =>
  blocks.map(([info, code]) => `Words.\n\n${fence}${info}\n${code}\n${fence}\n`).join('\n');
const run = async (...codes: string[]) => {
  const { folder, remove } = pageFolder({});
  try {
    const blocks = codeBlocks(page(...codes.map((code): [string, string] => ['ts', code])));
    return await runModule(folder, pageModule(blocks, folder, new Set()));
  } finally {
    remove();
  }
};

describe('code blocks', () => {
  it('are found with their words, reasons, files and lines', () => {
    const found = codeBlocks(
      page(['ts alone', '// task.mjs\nlet x;'], ['js not-run="needs a page"', 'x'], ['sh run', 'ls']),
    );
    expect(found.map(({ language, notRun, file, line }) => [language, notRun, file, line])).toEqual([
      ['ts', undefined, 'task.mjs', 4],
      ['js', 'needs a page', undefined, 11],
      ['sh', undefined, undefined, 17],
    ]);
    expect(found[0].words).toContain('alone');
  });

  it('end, and say why they are not run', () => {
    expect(() => codeBlocks('```ts\nlet x;')).toThrow(/has no end/);
    expect(() => codeBlocks(page(['ts not-run=""', 'x']))).toThrow(/does not say why/);
  });

  it('become one module, whose imports may repeat and whose types are erased', async () => {
    const output = await run(
      "import { tensor } from 'compact-rnn';\nconst x: number[] = [3];\nconsole.log(tensor(x, [1]).shape); // → [ 1 ]",
      "import { add, tensor } from 'compact-rnn';\nconsole.log(add(tensor([1], [1]), tensor(x, [1])).dataSync()[0]); // → 4",
    );
    expect(output).toBe('[ 1 ]\n4\n');
  });

  it.each([
    ['prints something else', 'console.log(1 + 1); // → 3', /Line 4 prints "2", and the page says "3"/],
    ['prints nothing', 'if (0) console.log(1); // → 1', /Line 4 printed nothing/],
    ['throws', 'throw new Error("no");', /no/],
    ['imports what is not exported', "import { nothing } from 'compact-rnn';", /nothing/],
    ['has an arrow that asserts nothing', 'const x = 1; // → 1', /do not stand behind/],
    ['is no TypeScript', 'let = ;', /expected/],
    ['imports a file that is not there', "import './not-there.mjs';", /There is no/],
  ])('fail where one %s', async (_, code, message) => {
    await expect((async () => run(code))()).rejects.toThrow(message);
  });
});
