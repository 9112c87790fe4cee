import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../errors.ts';

/**
 * Fetches packages of Debian with `apt-get download` and lets `read` have the folder that they are unpacked into, which
 * is inside `cacheFolder` and is removed at the end.
 *
 * @param what what comes from the packages, as an error begins: `The corpus "asterisk"`
 * @throws InputError where `apt-get` or `dpkg` is missing or fails, or the folder cannot be made
 */
export async function withDebianPackages<Result>(
  packages: readonly string[],
  { cacheFolder, what }: { readonly cacheFolder: string; readonly what: string },
  read: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await temporaryFolder(cacheFolder);
  const run = async (tool: string, args: readonly string[]): Promise<void> => {
    try {
      await promisify(execFile)(tool, args, { cwd: folder });
    } catch (error) {
      const names = `Debian's package${packages.length > 1 ? 's' : ''} ${packages.join(' and ')}`;
      throw new InputError(
        `${what} comes from ${names}, fetched with ${tool}, which failed: ${reasonOf(error)}`,
      );
    }
  };
  try {
    await run('apt-get', ['download', ...packages]);
    for (const file of await readdir(folder)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, '.']);
    }
    return await read(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function temporaryFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true });
    return await mkdtemp(join(cacheFolder, 'debian-download-'));
  } catch (error) {
    throw new InputError(`Nothing can be kept in ${cacheFolder}: ${(error as Error).message}`);
  }
}

function reasonOf(error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'it is not installed';
  return stderr?.trim().split('\n').at(-1) || String(error);
}
