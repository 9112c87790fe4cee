import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { type CheckpointFile, keptFile, keptSteps, replaceCheckpoint } from './checkpointFiles.ts';
import { fileErrorText } from './fileError.ts';
import { type FileOperations, systemFiles } from './fileOperations.ts';
import { FormatError } from './formatError.ts';
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from './safetensors.ts';
import { JsonSyntaxError, parseStrictJson } from './strictJson.ts';

/** What a checkpoint keeps: named tensors, and whatever else JSON can hold. */
export interface Checkpoint {
  readonly tensors: Readonly<Record<string, SavedTensor>>;
  readonly state: unknown;
}

/** A checkpoint that was read: with the place of every tensor in its file, for errors. */
export interface LoadedCheckpoint extends Checkpoint {
  /** The first byte of each tensor, counted from the start of the file. */
  readonly offsets: Readonly<Record<string, number>>;
}

export interface SaveOptions extends Partial<CheckpointFile> {
  /** The system's own unless given. */
  readonly files?: FileOperations;
}

/** The rules that a checkpoint can break besides those of safetensors. */
export type CheckpointRule = 'format' | 'state' | 'checksum' | 'model' | 'finite';

/** A file that is not a checkpoint, a damaged one, or not the one that was wanted. */
export class CheckpointError extends FormatError<CheckpointRule> {}

const format = 'compact-rnn checkpoint 1';

/**
 * Writes a checkpoint as a safetensors file such that at every moment, a crash included, `path` is either the previous
 * file or the whole new one, as `replaceCheckpoint` does. `state` and a SHA-256 of all contents stand in the metadata;
 * equal contents give equal bytes.
 *
 * @throws InputError when the file cannot be written; the previous one is untouched then
 */
export async function saveCheckpoint(
  path: string,
  { tensors, state }: Checkpoint,
  { step = 0, keep = 0, files = systemFiles }: SaveOptions = {},
): Promise<void> {
  const stateText = JSON.stringify(state);
  if (stateText === undefined) throw new InputError('the state of a checkpoint must be a JSON value');
  // What would be refused when it is read is refused now.
  parseState(stateText, (sentence) => {
    throw new InputError(`the state of a checkpoint cannot be saved: ${sentence}`);
  });
  const metadata = { format, sha256: contentHash(tensors, stateText), state: stateText };
  const bytes = encodeSafetensors(tensors, metadata);
  try {
    await replaceCheckpoint(files, path, bytes, { step, keep });
  } catch (error) {
    throw new InputError(
      `checkpoint ${path} could not be saved: ${fileErrorText(error)}; the one before, if any, is kept`,
      { cause: error },
    );
  }
}

/**
 * Reads a checkpoint and verifies its checksum. Tensors are views of the one buffer that was read.
 *
 * @throws InputError when the file is missing; SafetensorsError or CheckpointError when it is not a checkpoint, or differs
 *   from what was saved: it then names the latest of those kept beside it that is whole, if any
 */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  const bytes = await readBytes(path);
  try {
    return decodeCheckpoint(bytes, path);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const whole = await latestWhole(path);
    if (whole !== undefined) error.message += `. ${whole} is whole: copy it to ${path} to go on from there`;
    throw error;
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`checkpoint ${path} could not be read: ${fileErrorText(error)}`, { cause: error });
  }
}

/** The latest checkpoint kept beside `path` that can be read. */
async function latestWhole(path: string): Promise<string | undefined> {
  for (const step of await keptSteps(systemFiles, path)) {
    const kept = keptFile(path, step);
    try {
      decodeCheckpoint(await readBytes(kept), kept);
      return kept;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return undefined;
}

/** The checkpoint in the bytes of a file. Throws as `loadCheckpoint` does. */
export function decodeCheckpoint(bytes: Uint8Array, path: string): LoadedCheckpoint {
  const { tensors, metadata, offsets } = decodeSafetensors(bytes, path);
  const { format: found, sha256, state: stateText, ...others } = metadata;
  if (found !== format || stateText === undefined || Object.keys(others).length > 0) {
    throw new CheckpointError(
      path,
      0,
      'format',
      `it is a safetensors file, but not a checkpoint of this program ("${format}")`,
    );
  }
  if (contentHash(tensors, stateText) !== sha256) {
    throw new CheckpointError(
      path,
      0,
      'checksum',
      'the checkpoint is damaged: its contents do not match its SHA-256 checksum',
    );
  }
  const state = parseState(stateText, (sentence) => {
    throw new CheckpointError(path, 0, 'state', `in the checkpoint's state, ${sentence}`);
  });
  return { tensors, state, offsets };
}

function parseState(text: string, refuse: (sentence: string) => never): unknown {
  try {
    return parseStrictJson(text, { mostValues: MOST_STATE_VALUES });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return refuse(`at character ${error.position}, ${error.message}`);
  }
}

/** A list of numbers takes 8 bytes for each: with this many, a small file stays a small state. */
const MOST_STATE_VALUES = 2 ** 19;

/** SHA-256 of the state and of every tensor's name, type, shape and bytes, in hexadecimal. */
export function contentHash(tensors: Readonly<Record<string, SavedTensor>>, stateText: string): string {
  const hash = createHash('sha256').update(JSON.stringify(stateText));
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape, data } = tensors[name]!;
    hash.update(JSON.stringify([name, dtype, shape, data.byteLength]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
