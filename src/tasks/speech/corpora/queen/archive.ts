import { InputError } from '../../../../errors.ts';

/**
 * The files in the archive of the game "Flight of the Amazon Queen" (`queen.1c`), by name.
 *
 * Everything is big-endian: "QTBL", the edition in 5 letters, at byte 12 how its speech is compressed, at 13 the
 * number of files (u16), and from 15 on 21 bytes for each: its name in 12 letters filled up with zeros, the number of
 * the archive (1), where it begins and its size (u32 both).
 *
 * @param name what errors call the archive.
 * @throws InputError, naming the archive, the byte offset and the rule broken, where it is another edition or
 * malformed.
 */
export function readArchive(bytes: Uint8Array, name: string): ReadonlyMap<string, Uint8Array> {
  const fail = (at: number, problem: string): never => {
    throw new InputError(`${name}: at byte ${at} ${problem}.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < TABLE)
    fail(0, `the archive ends after ${bytes.length} bytes, expected at least ${TABLE}`);
  const expectLetters = (at: number, letters: string, meaning: string): void => {
    const found = lettersOf(bytes.subarray(at, at + letters.length));
    if (found !== letters) fail(at, `stands ${JSON.stringify(found)}, expected "${letters}", ${meaning}`);
  };
  expectLetters(0, 'QTBL', 'with which every archive of the game begins');
  expectLetters(4, 'CEM10', 'the English edition with speech');
  if (bytes[12] !== MP3) fail(12, `the compression is ${bytes[12]}, expected ${MP3}, MP3`);
  const count = view.getUint16(13);
  const tableEnd = TABLE + count * ENTRY;
  if (tableEnd > bytes.length) {
    fail(13, `stand ${count} files, whose table would end at byte ${tableEnd} of ${bytes.length}: truncated`);
  }
  const files = new Map<string, Uint8Array>();
  for (let at = TABLE; at < tableEnd; at += ENTRY) {
    const file = lettersOf(bytes.subarray(at, at + 12)).replace(/\0+$/, '');
    if (!/^[A-Z0-9_.]+$/.test(file)) {
      fail(at, `stands the file name ${JSON.stringify(file)}, expected letters A to Z, digits, _ and dots`);
    }
    if (files.has(file)) fail(at, `${file} is listed a second time`);
    if (bytes[at + 12] !== 1) fail(at + 12, `${file} is in archive ${bytes[at + 12]}, expected 1`);
    const start = view.getUint32(at + 13);
    const size = view.getUint32(at + 17);
    if (start < tableEnd || start + size > bytes.length) {
      fail(
        at + 13,
        `${file} has bytes ${start} to ${start + size}, expected a range from ${tableEnd} to ${bytes.length}`,
      );
    }
    files.set(file, bytes.subarray(start, start + size));
  }
  return files;
}

const MP3 = 1;
/** Where the table of files begins, and the bytes of an entry. */
const TABLE = 15;
const ENTRY = 21;

function lettersOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
