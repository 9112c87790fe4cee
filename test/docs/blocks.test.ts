import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks } from './codeBlocks.ts';
import { pageModule } from './pageModule.ts';
import { root, sitePages } from './pages.ts';
import { pageFolder, runModule, runShell } from './run.ts';

const isScript = ({ language }: CodeBlock) => language === 'ts' || language === 'js';
const isShell = ({ language }: CodeBlock) => language === 'sh';

/* Every code block of every page of the site, run as the page's readers would, against the built package. */
for (const { path, text } of sitePages()) {
  const blocks = codeBlocks(text, path);
  const runnable = blocks.filter((block) => block.notRun === undefined);
  const files = runnable.filter(({ file }) => file !== undefined);
  const scripts = runnable.filter(isScript);
  const modules = [
    ...scripts.filter(({ file, words }) => file !== undefined || words.has('alone')).map((one) => [one]),
    scripts.filter(({ file, words }) => file === undefined && !words.has('alone')),
  ].filter((module) => module.length > 0);
  const shell = runnable.filter((block) => isShell(block) && block.words.has('run'));
  if (modules.length + shell.length === 0) continue;

  describe(path, () => {
    const names = new Set(files.map(({ file }) => file!));
    const made = (module: readonly CodeBlock[]) => pageModule(module, join(root, dirname(path)), names);
    const contents = () =>
      Object.fromEntries(files.map((one) => [one.file!, isScript(one) ? made([one]).code : one.code]));

    it.each(modules.map((module) => [module[0].line, module] as const))(
      'the code from line %i on runs, and prints what is said',
      async (_, module) => {
        const { folder, remove } = pageFolder(contents());
        try {
          await expect(runModule(folder, made(module))).resolves.toBeDefined();
        } finally {
          remove();
        }
      },
    );

    if (shell.length > 0) {
      it('the commands run, one block after another', async () => {
        const { folder, remove } = pageFolder(contents());
        try {
          for (const { code } of shell) await runShell(folder, code);
        } finally {
          remove();
        }
      });
    }
  });
}
