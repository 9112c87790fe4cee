import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../errors.ts';
import { fileErrorText } from './fileError.ts';
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from './safetensors.ts';

/** What a checkpoint keeps: named tensors, and whatever else JSON can hold. */
export interface Checkpoint {
  readonly tensors: Readonly<Record<string, SavedTensor>>;
  readonly state: unknown;
}

const format = 'compact-rnn checkpoint 1';

/**
 * Writes a checkpoint as a safetensors file such that at every moment, a crash included, `path` is either the previous
 * file or the whole new one: the bytes go to `<path>.partial` in the same folder, are flushed to the disk, renamed
 * over `path`, and the folder is flushed. `state` and a SHA-256 of all contents stand in the metadata.
 *
 * @throws InputError when the file cannot be written; the previous one is untouched then
 */
export async function saveCheckpoint(path: string, { tensors, state }: Checkpoint): Promise<void> {
  const stateText = JSON.stringify(state);
  if (stateText === undefined) throw new InputError('the state of a checkpoint must be a JSON value');
  const metadata = { format, sha256: contentHash(tensors, stateText), state: stateText };
  const bytes = encodeSafetensors(tensors, metadata);
  const partial = `${path}.partial`;
  try {
    await writeFlushed(partial, bytes);
    await rename(partial, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw new InputError(
      `checkpoint ${path} could not be saved: ${fileErrorText(error)}; the one before, if any, is kept`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Reads a checkpoint and verifies its checksum. Tensors are views of the one buffer that was read.
 *
 * @throws InputError when the file is missing, is no checkpoint, or differs from what was saved
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InputError(`checkpoint ${path} could not be read: ${fileErrorText(error)}`, { cause: error });
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { format: found, sha256, state: stateText, ...others } = metadata;
  if (found !== format || stateText === undefined || Object.keys(others).length > 0) {
    throw new InputError(`${path} is a safetensors file, but no checkpoint of this program ("${format}")`);
  }
  if (contentHash(tensors, stateText) !== sha256) {
    throw new InputError(`checkpoint ${path} is damaged: its contents do not match its SHA-256 checksum`);
  }
  return { tensors, state: JSON.parse(stateText) };
}

/** SHA-256 of the state and of every tensor's name, type, shape and bytes, in hexadecimal. */
function contentHash(tensors: Readonly<Record<string, SavedTensor>>, stateText: string): string {
  const hash = createHash('sha256').update(JSON.stringify(stateText));
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape, data } = tensors[name]!;
    hash.update(JSON.stringify([name, dtype, shape, data.byteLength]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename last: it is an entry of the folder, which has a cache of its own. */
async function flushFolder(folder: string): Promise<void> {
  // Windows opens no folders, and flushes its directory entries with the file.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
