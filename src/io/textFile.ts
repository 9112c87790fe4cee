import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { InputError } from '../errors.ts';
import { fileErrorText } from './fileError.ts';
import { JsonSyntaxError, parseStrictJson } from './strictJson.ts';

/**
 * The text of a UTF-8 file.
 *
 * @throws InputError when it cannot be read, is not UTF-8, or is longer than `longest` bytes
 */
export async function readText(path: string, longest: number): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InputError(`${path} could not be read: ${fileErrorText(error)}`, { cause: error });
  }
  return decodeText(bytes, path, longest);
}

/** The text in the bytes of a UTF-8 file. Throws InputError when it is none, or is longer than `longest` bytes. */
export function decodeText(bytes: Uint8Array, path: string, longest: number): string {
  if (bytes.length > longest) {
    throw new InputError(`${path} has ${bytes.length} bytes; a file of its kind has at most ${longest}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${path} is not UTF-8 text`);
  }
}

/** Writes a small text file whole or not at all, several writers of one file one after another. Rejects with InputError when it cannot. */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text);
  } catch (error) {
    throw new InputError(`${path} could not be written: ${fileErrorText(error)}`, { cause: error });
  }
}

/** Writes a value as indented JSON, whole or not at all. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The value of a JSON text; a syntax error becomes an InputError that names file, line and column. */
export function parseJson(text: string, file: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { position } = error;
    let line = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++;
    const column = position - text.lastIndexOf('\n', position - 1);
    throw new InputError(`${file}:${line}:${column}: ${error.message}`);
  }
}
