import { InputError } from '../../errors.ts';

/**
 * Expands codes of Lempel, Ziv and Welch (Welch 1984) as the Unix program `compress` packs them, without its header: 9 to
 * 16 bits, the lowest bit first, in groups of eight codes of one width; code 256 empties the table.
 *
 * @param largest bytes that may come out
 * @param source what errors name
 * @throws InputError for a code that nothing has been assigned to, or more bytes than that
 */
export function expandLzw(packed: Uint8Array, largest: number, source: string): Uint8Array {
  const bits = new CodeReader(packed);
  const table = new StringTable();
  const out = new Uint8Array(largest);
  let length = 0;
  let previous = -1;
  for (let code = bits.next(); code >= 0; code = bits.next()) {
    if (code === CLEAR) {
      table.clear();
      bits.setWidth(NARROWEST);
      previous = -1;
      continue;
    }
    // The one string that is not in the table yet: the last one, and its own first byte again.
    const isNew = code === table.size && previous >= 0;
    if (code > table.size || (code === table.size && !isNew) || (previous < 0 && code > 255)) {
      throw new InputError(
        `${source}: the code ${code} stands where ${table.size} strings are known; it is damaged.`,
      );
    }
    const known = isNew ? previous : code;
    const size = table.lengths[known]! + (isNew ? 1 : 0);
    if (length + size > largest) {
      throw new InputError(`${source} expands to more than the ${largest} bytes expected; it is damaged.`);
    }
    table.write(known, out, length);
    if (isNew) out[length + size - 1] = out[length]!;
    if (previous >= 0) table.add(previous, out[length]!);
    if (table.size === 1 << bits.width && bits.width < WIDEST) bits.setWidth(bits.width + 1);
    length += size;
    previous = code;
  }
  return out.subarray(0, length);
}

const NARROWEST = 9;
const WIDEST = 16;
const CLEAR = 256;

/** Codes of a width that changes at the ends of groups. */
class CodeReader {
  width = NARROWEST;
  readonly #bytes: Uint8Array;
  /** In bits: the next code, and the group that it is in. */
  #at = 0;
  #group = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** −1 at the end. */
  next(): number {
    if (this.#at + this.width > 8 * this.#bytes.length) return -1;
    const byte = this.#at >> 3;
    // A code touches three bytes at most; those beyond the end are not in it.
    const three =
      this.#bytes[byte]! | ((this.#bytes[byte + 1] ?? 0) << 8) | ((this.#bytes[byte + 2] ?? 0) << 16);
    const code = (three >> (this.#at & 7)) & ((1 << this.width) - 1);
    this.#at += this.width;
    return code;
  }

  /** Skips what is left of the group. */
  setWidth(width: number): void {
    const group = 8 * this.width;
    this.#at = this.#group + Math.ceil((this.#at - this.#group) / group) * group;
    this.#group = this.#at;
    this.width = width;
  }
}

/** Strings by code: each is a string before it and one byte more. */
class StringTable {
  size = CLEAR + 1;
  readonly lengths = new Int32Array(1 << WIDEST).fill(1, 0, 256);
  readonly #prefixes = new Uint16Array(1 << WIDEST);
  readonly #lastBytes = new Uint8Array(1 << WIDEST);

  constructor() {
    for (let byte = 0; byte < 256; byte++) this.#lastBytes[byte] = byte;
  }

  clear(): void {
    this.size = CLEAR + 1;
  }

  /** Does nothing once all codes are assigned. */
  add(prefix: number, lastByte: number): void {
    if (this.size === 1 << WIDEST) return;
    this.lengths[this.size] = this.lengths[prefix]! + 1;
    this.#prefixes[this.size] = prefix;
    this.#lastBytes[this.size] = lastByte;
    this.size++;
  }

  write(code: number, target: Uint8Array, at: number): void {
    let rest = code;
    for (let i = at + this.lengths[code]! - 1; i >= at; i--) {
      target[i] = this.#lastBytes[rest]!;
      rest = this.#prefixes[rest]!;
    }
  }
}
