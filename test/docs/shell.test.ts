import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import { codeBlocks } from './codeBlocks.ts';
import { pages, root } from './pages.ts';
import { shellCommands } from './shellLines.ts';

const { scripts, dependencies, devDependencies, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
/** What pages tell to install. */
const packages = new Set(Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }));
const shellTools = new Set(['cd', 'mkdir', 'cp', 'ls', 'cat', 'echo', 'bash', 'python3', 'git', 'find']);

/* Shell lines that are too long to run must at least name what there is. */
describe('shell lines', () => {
  const helps = new Map<string, string>();
  beforeAll(async () => {
    for (const name of ['', ...Object.keys(allowed)]) helps.set(name, await help(name));
  });

  it('are taken apart', () => {
    expect(
      shellCommands('npm ci && npm start  # both\ncompact-rnn train \\\n  "my file.yaml" | head'),
    ).toEqual([['npm', 'ci'], ['npm', 'start'], ['compact-rnn', 'train', 'my file.yaml'], ['head']]);
  });

  const found = pages().flatMap(({ path, text }) =>
    codeBlocks(text, path)
      .filter(({ language }) => language === 'sh')
      .flatMap((block) =>
        shellCommands(block.code).map((command) => [path, command.join(' '), command, text] as const),
      ),
  );
  it('are there', () => expect(found.length).toBeGreaterThan(20));

  it.each(found)('%s: %s', (path, _, [program, ...rest], text) => {
    const args = program === 'npx' ? rest.slice(1) : rest;
    switch (program === 'npx' ? rest[0] : program) {
      case 'compact-rnn':
        return expectCompactRnn(args);
      case 'npm':
        return expectNpm(args, path);
      case 'node':
        return expectModule(args.find((arg) => !arg.startsWith('-'))!, text);
      case 'vite':
      case 'vitest':
        return;
      default:
        expect(shellTools, `"${program}" is no command that a reader is known to have`).toContain(program);
    }
  });

  function expectCompactRnn([command, ...args]: string[]) {
    if (command === '--help' || command === '--version') return;
    expect(helps.keys(), `compact-rnn has no command "${command}"`).toContain(command);
    const flags = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]);
    for (const flag of flags)
      expect(helps.get(command), `compact-rnn ${command} ${flag}`).toMatch(new RegExp(`${flag}\\b`));
    for (const arg of args) if (/^configs\//.test(arg)) expect(existsSync(join(root, arg)), arg).toBe(true);
    if (command === 'reproduce' && args[0] && !args[0].startsWith('-'))
      expect(helps.get(command)).toContain(args[0]);
  }
});

const allowed = { train: 1, evaluate: 1, compress: 1, transcribe: 1, summary: 1, reproduce: 1 };

function expectNpm([command, ...args]: string[], path: string) {
  if (command === 'run' || command === 'test' || command === 'start') {
    // A page of another project, such as an example, names the scripts of that one.
    const own = join(root, path, '../package.json');
    const there = existsSync(own) ? JSON.parse(readFileSync(own, 'utf8')).scripts : scripts;
    expect(there).toHaveProperty([command === 'run' ? args[0] : command]);
    return;
  }
  expect(['ci', 'install', 'pack', 'init', 'create']).toContain(command);
  if (command !== 'install') return;
  for (const name of args.filter((arg) => !arg.startsWith('-') && !/\.tgz$/.test(arg))) {
    expect([...packages, 'compact-rnn', 'webgpu']).toContain(name.replace(/(?<=.)@.*$/, ''));
  }
}

/** A program that the page shows, that the build makes, or that is in the repository. */
function expectModule(file: string, page: string) {
  const built = file.replace(/^dist\/(.*)\.js$/, '$1.ts');
  const shown = codeBlocks(page).some((block) => block.file === file);
  expect(shown || existsSync(join(root, built)), `there is no ${file}`).toBe(true);
}

async function help(command: string): Promise<string> {
  let text = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  const args = command === '' ? ['--help'] : [command, '--help'];
  await runProgram(args, { stdout, stderr: stdout } as unknown as Context);
  return text;
}
