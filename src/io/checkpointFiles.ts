import { dirname, join, parse } from 'node:path';
import { type FileOperations, writeFlushed } from './fileOperations.ts';

/** Which checkpoint of a training a file is. */
export interface CheckpointFile {
  /** Updates made before it. */
  readonly step: number;
  /** How many of the last ones keep a name of their own, that of `keptFile`; 0 for none. */
  readonly keep: number;
}

/**
 * Puts a checkpoint in the place of the one before such that a crash at any moment, after which the system may have lost or
 * reordered whatever was not flushed, leaves `path` as the previous file or the whole new one.
 *
 * The bytes go to `<path>.partial` in the same folder and are flushed. With `keep`, the file is renamed to `keptFile(path, step)`
 * and gets `path` as a second name by way of `<path>.latest`; without, it is renamed to `path`. Then the folder is flushed, and only then checkpoints before the last `keep` are removed.
 *
 * @throws what the operations throw; no temporary file is left then, if they can be removed
 */
export async function replaceCheckpoint(
  files: FileOperations,
  path: string,
  bytes: Uint8Array,
  { step, keep }: CheckpointFile,
): Promise<void> {
  const [partial, latest] = [`${path}.partial`, `${path}.latest`];
  try {
    // After a crash the name may stand for a checkpoint that is kept: what is written here must be a file of its own.
    await files.remove(partial);
    await writeFlushed(files, partial, bytes);
    if (keep === 0) await files.rename(partial, path);
    else {
      const kept = keptFile(path, step);
      await files.rename(partial, kept);
      await files.remove(latest);
      await secondName(files, kept, latest, bytes);
      await files.rename(latest, path);
    }
    await files.flushFolder(dirname(path));
  } catch (error) {
    for (const file of [partial, latest]) await files.remove(file).catch(() => {});
    throw error;
  }
  if (keep > 0) await removeOlder(files, path, step, keep);
}

/** Where the checkpoint of a step stays when others have followed it: `checkpoint-200.safetensors` beside `checkpoint.safetensors`. */
export function keptFile(path: string, step: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${step}${ext}`);
}

/** The steps whose checkpoints are kept beside `path`, the latest first. */
export async function keptSteps(files: FileOperations, path: string): Promise<readonly number[]> {
  const { dir, name, ext } = parse(path);
  const entries = await files.list(dir === '' ? '.' : dir);
  return entries
    .filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith(ext))
    .map((entry) => entry.slice(name.length + 1, entry.length - ext.length))
    .filter((number) => /^\d+$/.test(number))
    .map(Number)
    .sort((a, b) => b - a);
}

/**
 * Puts a file in the place of the one before, so that a crash at any moment leaves either whole.
 *
 * @throws what the operations throw
 */
export const replaceFile = (files: FileOperations, path: string, bytes: Uint8Array): Promise<void> =>
  replaceCheckpoint(files, path, bytes, { step: 0, keep: 0 });

async function secondName(files: FileOperations, from: string, to: string, bytes: Uint8Array): Promise<void> {
  try {
    await files.link(from, to);
  } catch (error) {
    // File systems without hard links, such as FAT on memory cards: the file is written twice.
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFlushed(files, to, bytes);
  }
}

const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Later ones stay: they belong to a training that was resumed from an earlier checkpoint, which will write them anew. */
async function removeOlder(files: FileOperations, path: string, step: number, keep: number): Promise<void> {
  const before = (await keptSteps(files, path)).filter((other) => other <= step);
  for (const old of before.slice(keep)) await files.remove(keptFile(path, old));
}
