import { InputError } from '../../errors.ts';
import { expandLzw } from './lzw.ts';

/** One verse of the King James Version. */
export interface Verse {
  /** The book as the file abbreviates it, and the chapter: `Ge1`. */
  readonly chapter: string;
  readonly text: string;
}

/**
 * The verses in `bible.data` of the Bible Retrieval System: windows of equal size, each packed by itself, that make up
 * lines of `Ge1:1 In the beginning …` after a title.
 *
 * The file: "EC02", a name, from byte 84 on big-endian 32-bit integers: the size of a window, the number N of windows,
 * and N + 1 offsets where windows begin and the last one ends. The first window follows the header of `compress`.
 *
 * @param source what errors name
 * @throws InputError for another file, or a damaged one
 */
export function readBibleData(file: Uint8Array, source: string): Verse[] {
  const { size, offsets } = readHeader(file, source);
  const windows = offsets.slice(1).map((end, i) => {
    const name = `${source}, window ${i}`;
    const window = expandLzw(file.subarray(offsets[i], end), size, name);
    if (window.length < size && i < offsets.length - 2) {
      throw new InputError(`${name} expands to ${window.length} bytes, expected ${size}; it is damaged.`);
    }
    return window;
  });
  const lines = Buffer.concat(windows).toString('latin1').trimEnd().split('\n');
  return lines.slice(1).map((line, i) => {
    const found = VERSE.exec(line);
    if (found === null) {
      throw new InputError(
        `${source}, line ${i + 2} is ${JSON.stringify(line.slice(0, 60))}, expected a verse.`,
      );
    }
    return { chapter: found[1]!, text: found[2]! };
  });
}

const MAGIC = 'EC02';
const NUMBERS = 84;
const LARGEST_WINDOW = 2 ** 20;
const VERSE = /^([1-3]?[A-Za-z]+[0-9]+):[0-9]+ (.+)$/;

function readHeader(
  file: Uint8Array,
  source: string,
): { readonly size: number; readonly offsets: readonly number[] } {
  if (new TextDecoder('latin1').decode(file.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new InputError(
      `${source} does not begin with ${MAGIC}, expected the data of the Bible Retrieval System.`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const number = (index: number): number => {
    const at = NUMBERS + 4 * index;
    if (at + 4 <= file.length) return view.getUint32(at);
    throw new InputError(`${source} has ${file.length} bytes, which end in its header; it is truncated.`);
  };
  const [size, windows] = [number(0), number(1)];
  if (size < 1 || size > LARGEST_WINDOW || windows < 1 || windows > file.length) {
    throw new InputError(
      `${source} says it has ${windows} windows of ${size} bytes, expected at least one of 1 to ${LARGEST_WINDOW}.`,
    );
  }
  const offsets = Array.from({ length: windows + 1 }, (_, i) => number(2 + i));
  const outOfOrder = offsets.findIndex((offset, i) => i > 0 && offset <= offsets[i - 1]!);
  if (outOfOrder > 0 || offsets.at(-1) !== file.length) {
    const found =
      outOfOrder > 0
        ? `window ${outOfOrder - 1} end before it begins`
        : `the last window end at ${offsets.at(-1)}`;
    throw new InputError(
      `${source} of ${file.length} bytes has ${found}, expected windows one after the other to its end; it is truncated or damaged.`,
    );
  }
  return { size, offsets };
}
