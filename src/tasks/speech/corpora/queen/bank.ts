import { InputError } from '../../../../errors.ts';

const HEADER = 20;

/**
 * Reads the content of a memory bank of AMOS Basic, from its beginning on: big-endian words of 16 bits, and texts of
 * one byte of length and as many Latin-1 letters.
 *
 * The bank has 20 bytes before its content: "AmBk", number and kind, at byte 8 how many bytes follow (28 bits), a name
 * of 8 letters. Positions are counted in the content, as the words in it that point to others do.
 */
export class BankReader {
  /** Of what is read next. */
  position = 0;
  readonly #view: DataView;
  readonly #name: string;

  /** Throws InputError, naming the file, where it is no such bank. */
  constructor(bytes: Uint8Array, name: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    const magic = String.fromCharCode(...bytes.subarray(0, 4));
    if (magic !== 'AmBk') this.fail(`stands ${JSON.stringify(magic)}, expected "AmBk"`, -HEADER);
    if (bytes.length < HEADER)
      this.fail(`the bank ends after ${bytes.length} bytes, expected ${HEADER}`, -HEADER);
    const length = this.#view.getUint32(8) & 0xfffffff;
    if (12 + length !== bytes.length) {
      this.fail(`${length} bytes are said to follow, but ${bytes.length - 12} do`, 8 - HEADER);
    }
  }

  /** A word with a sign. */
  int(): number {
    return this.#view.getInt16(this.#take(2));
  }

  /** A word without one. */
  uint(): number {
    return this.#view.getUint16(this.#take(2));
  }

  /** Passes words without reading them. */
  skip(words: number): void {
    this.#take(2 * words);
  }

  /** A text; what is read after one that is not empty begins at a multiple of `alignment`. */
  text(alignment: number): string {
    const length = this.#view.getUint8(this.#take(1));
    if (length === 0) return '';
    const start = this.#take(length);
    const letters = Array.from({ length }, (_, i) => String.fromCharCode(this.#view.getUint8(start + i)));
    this.position = Math.ceil(this.position / alignment) * alignment;
    return letters.join('');
  }

  /** Throws InputError with what is wrong at a position. */
  fail(problem: string, position = this.position): never {
    throw new InputError(`${this.#name}: at byte ${HEADER + position} ${problem}.`);
  }

  /** The offset in the file of the next `bytes` bytes, which are passed. */
  #take(bytes: number): number {
    const start = HEADER + this.position;
    if (start + bytes > this.#view.byteLength) {
      this.fail(`${bytes} bytes are missing: the file ends after ${this.#view.byteLength}`);
    }
    this.position += bytes;
    return start;
  }
}
