import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../errors.ts';
import { fileErrorText } from '../io/fileError.ts';

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

/**
 * A folder that holds files of one of Debian's packages, under their own names. They are fetched once and kept in
 * `cacheFolder`, where they stand all or not at all.
 *
 * @param files their paths in the package
 * @throws InputError where they cannot be fetched or kept
 */
export async function keptDebianFiles(
  name: string,
  files: readonly string[],
  options: { readonly cacheFolder: string; readonly what: string },
): Promise<string> {
  const kept = join(options.cacheFolder, `debian-${name}`);
  if (files.every((file) => existsSync(join(kept, basename(file))))) return kept;
  await withDebianPackages([name], options, async (folder) => {
    const whole = join(folder, 'kept');
    try {
      await mkdir(whole);
      for (const file of files) await copyFile(join(folder, file), join(whole, basename(file)));
      await rm(kept, { recursive: true, force: true });
      await rename(whole, kept);
    } catch (error) {
      // Another process was faster.
      if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
      throw new InputError(`${options.what} cannot be kept in ${kept}: ${fileErrorText(error)}`);
    }
  });
  return kept;
}

async function temporaryFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true });
    return await mkdtemp(join(cacheFolder, 'debian-download-'));
  } catch (error) {
    throw new InputError(`Nothing can be kept in ${cacheFolder}: ${fileErrorText(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'it is not installed';
  return stderr?.trim().split('\n').at(-1) || String(error);
}
