import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks } from './codeBlocks.ts';
import { pageModule } from './pageModule.ts';
import { root, sitePages } from './pages.ts';
import { pageFolder, runModule, runShell } from './run.ts';

const isScript = ({ language }: CodeBlock) => language === 'ts' || language === 'js';

/** What is run of a page, in its order: blocks that stand alone or name a file, shell lines, and all others as one module. */
function runsOf(blocks: readonly CodeBlock[]): (readonly CodeBlock[])[] {
  const scripts = blocks.filter(isScript);
  const isAlone = ({ file, words }: CodeBlock) => file !== undefined || words.has('alone');
  return [
    ...scripts.filter(isAlone).map((one) => [one]),
    ...blocks.filter(({ language, words }) => language === 'sh' && words.has('run')).map((one) => [one]),
    scripts.filter((one) => !isAlone(one)),
  ]
    .filter((run) => run.length > 0)
    .sort(([a], [b]) => a.line - b.line);
}

/* Every code block of every page of the site, run as the page's readers would, against the built package. */
for (const { path, text } of sitePages()) {
  const blocks = codeBlocks(text, path).filter(({ notRun }) => notRun === undefined);
  const runs = runsOf(blocks);
  if (runs.length === 0) continue;

  describe(path, () => {
    const files = blocks.filter(({ file }) => file !== undefined);
    const names = new Set(files.map(({ file }) => file!));
    const made = (module: readonly CodeBlock[]) => pageModule(module, join(root, dirname(path)), names);
    let page: ReturnType<typeof pageFolder>;
    beforeAll(() => {
      const contents = files.map((one) => [one.file!, isScript(one) ? made([one]).code : one.code]);
      page = pageFolder(Object.fromEntries(contents));
    });
    afterAll(() => page?.remove());

    it.each(runs.map((run) => [run[0].line, run] as const))(
      'what line %i begins runs, and prints what is said',
      async (_, run) => {
        const done = isScript(run[0])
          ? runModule(page.folder, made(run))
          : runShell(page.folder, run[0].code);
        await expect(done).resolves.toBeDefined();
      },
    );
  });
}
