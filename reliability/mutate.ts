import type { Random } from '../src/tensor/random.ts';

/* Changes of files that know nothing of their format. */

/** The bytes with one to four changes, each of any kind. `other` is what is spliced in. */
export function mutateBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let i = 1 + random.integer(4); i > 0; i--) result = pick(random, CHANGES)(result, random, other);
  return result;
}

/** One of several. */
export const pick = <T>({ integer }: Pick<Random, 'integer'>, items: readonly T[]): T =>
  items[integer(items.length)]!;

/** Numbers at which readers go wrong. */
export const WHOLE_NUMBERS: readonly number[] = [
  0,
  1,
  2,
  3,
  7,
  8,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  -1,
  -128,
  -(2 ** 31),
];

type ByteChange = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const CHANGES: readonly ByteChange[] = [
  function flip(bytes, { integer }) {
    return changed(bytes, integer(bytes.length || 1), (byte) => byte ^ (1 << integer(8)));
  },
  function overwrite(bytes, { integer }) {
    return changed(bytes, integer(bytes.length || 1), () => integer(256));
  },
  function number(bytes, random) {
    const width = pick(random, [1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    const result = Uint8Array.from(bytes);
    const view = new DataView(result.buffer);
    const value = BigInt(pick(random, WHOLE_NUMBERS));
    const at = random.integer(bytes.length - width + 1);
    for (let i = 0; i < width; i++) view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 255n));
    return result;
  },
  function cut(bytes, { integer }) {
    return bytes.slice(0, integer(bytes.length + 1));
  },
  function remove(bytes, { integer }) {
    const at = integer(bytes.length + 1);
    return spliced(bytes, at, at + 1 + integer(16), new Uint8Array(0));
  },
  function insert(bytes, { integer }) {
    const at = integer(bytes.length + 1);
    return spliced(
      bytes,
      at,
      at,
      Uint8Array.from({ length: 1 + integer(16) }, () => integer(256)),
    );
  },
  function repeat(bytes, { integer }) {
    const from = integer(bytes.length + 1);
    const part = bytes.slice(from, from + 1 + integer(64));
    return spliced(bytes, from, from, part);
  },
  function splice(bytes, { integer }, other) {
    return spliced(bytes, integer(bytes.length + 1), bytes.length, other.slice(integer(other.length + 1)));
  },
];

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const result = Uint8Array.from(bytes);
  if (at < result.length) result[at] = change(result[at]!);
  return result;
}

function spliced(bytes: Uint8Array, from: number, to: number, part: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(to, bytes.length));
  const result = new Uint8Array(from + part.length + rest.length);
  result.set(bytes.subarray(0, from));
  result.set(part, from);
  result.set(rest, from + part.length);
  return result;
}

/** A JSON value with one of its parts changed, removed, or given to another; keys that occur twice are for texts. */
export function mutateValue(value: unknown, random: Random, odd: readonly unknown[]): unknown {
  const { integer } = random;
  if (typeof value !== 'object' || value === null || integer(4) === 0) return pick(random, odd);
  const entries = Object.entries(value);
  if (entries.length === 0) return pick(random, odd);
  const at = integer(entries.length);
  const [key, inner] = entries[at]!;
  if (integer(6) === 0) entries.splice(at, 1);
  else if (integer(8) === 0) entries[at] = [pick(random, ODD_KEYS), inner];
  else entries[at] = [key, mutateValue(inner, random, odd)];
  if (Array.isArray(value)) return entries.map(([, item]) => item);
  const result: Record<string, unknown> = {};
  for (const [name, item] of entries) Object.defineProperty(result, name, { value: item, ...OWN });
  return result;
}

const OWN = { enumerable: true, configurable: true, writable: true };
const ODD_KEYS = ['__proto__', 'constructor', '', 'toString', '\ud800', 'x'.repeat(300), '__metadata__'];
