import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PageModule } from './pageModule.ts';
import { root } from './pages.ts';

const run = promisify(execFile);

/**
 * A folder to run a page's code in, removed by `remove`. It lies inside the package, so that `compact-rnn` resolves by
 * the package's exports as it does for those who installed it.
 */
export function pageFolder(files: Readonly<Record<string, string>>) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist', 'page-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a module in a process of its own and gives what it prints; throws, with its error, where it fails. */
export async function runModule(folder: string, { code, expected }: PageModule): Promise<string> {
  writeFileSync(join(folder, 'page.mjs'), code);
  writeFileSync(join(folder, 'shown.mjs'), shownModule(expected));
  const args = ['--import', './shown.mjs', 'page.mjs'];
  const { stdout } = await run(process.execPath, args, { cwd: folder, timeout: 120_000 });
  return stdout;
}

/** Defines `shown(i, …values)`, which prints as console.log does and throws unless that is what the page says. */
const shownModule = (expected: PageModule['expected']) => `
import { format } from 'node:util';
const expected = ${JSON.stringify(expected)};
const seen = new Set();
globalThis.shown = (i, ...values) => {
  const printed = format(...values).replace(/\\s*\\n\\s*/g, ' ');
  const { line, text } = expected[i];
  if (printed !== text) throw new Error(\`Line \${line} prints "\${printed}", and the page says "\${text}".\`);
  seen.add(i);
  console.log(printed);
};
process.on('exit', (code) => {
  const missed = expected.find((_, i) => !seen.has(i));
  if (code === 0 && missed) {
    console.error(\`Line \${missed.line} printed nothing, and the page says "\${missed.text}".\`);
    process.exitCode = 1;
  }
});
`;

/** Runs shell lines with \`compact-rnn\` as a command, in the folder; stops at the first that fails. */
export async function runShell(folder: string, code: string): Promise<string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/lib/cli.js')}" "$@"\n`;
  writeFileSync(join(bin, 'compact-rnn'), program, { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', code], {
    cwd: folder,
    env,
    timeout: 120_000,
  });
  return stdout;
}
