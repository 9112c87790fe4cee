import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  floatsOf,
  SafetensorsError,
  type SavedTensor,
} from '../../src/io/safetensors.ts';

/** A file of this header (text as it is, or a value) and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number, declared?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(declared ?? BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}

const elements = [
  { dtype: 'F32', array: Float32Array },
  { dtype: 'F64', array: Float64Array },
  { dtype: 'I32', array: Int32Array },
  { dtype: 'U8', array: Uint8Array },
  { dtype: 'BOOL', array: Uint8Array },
  { dtype: 'BF16', array: Uint16Array },
  { dtype: 'I64', array: BigInt64Array },
] as const;

/** Any tensor, with any bits in it: NaN payloads and infinities among them. */
const tensor: fc.Arbitrary<SavedTensor> = fc
  .record({
    type: fc.constantFrom<(typeof elements)[number]>(...elements),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    fill: fc.uint8Array({ minLength: 512, maxLength: 512 }),
  })
  .map(({ type: { dtype, array }, shape, fill }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return { dtype, shape, data: new array(fill.slice().buffer, 0, count) };
  });
const text = fc.string({ unit: 'binary', maxLength: 8 }).filter((s) => s !== '__proto__');
const names = text.filter((s) => s !== '__metadata__');
const tensors = fc.dictionary(names, tensor, { maxKeys: 5 });
const metadata = fc.dictionary(text, fc.string({ unit: 'binary' }), { maxKeys: 3 });

const bytesOf = ({ data }: SavedTensor) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

describe('round trip', () => {
  test('names, types, shapes, bits and metadata come back, at any alignment of the file in memory', () => {
    fc.assert(
      fc.property(
        tensors,
        metadata,
        fc.nat({ max: 8 }),
        fc.boolean(),
        (tensors, metadata, shift, inBuffer) => {
          const encoded = encodeSafetensors(tensors, metadata);
          const moved = new Uint8Array(encoded.length + shift).subarray(shift);
          moved.set(encoded);
          const given = inBuffer ? Buffer.from(moved.buffer, shift) : moved;
          const decoded = decodeSafetensors(given, 'file');
          expect(Object.entries(decoded.metadata).sort()).toEqual(Object.entries(metadata).sort());
          expect(Object.keys(decoded.tensors).sort()).toEqual(Object.keys(tensors).sort());
          for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
            const back = decoded.tensors[name]!;
            expect([back.dtype, back.shape, back.data.constructor]).toEqual([dtype, shape, data.constructor]);
            expect(bytesOf(back)).toBe(bytesOf(tensors[name]!));
          }
        },
      ),
    );
  });

  test('the order of the record changes no byte, the header is 8-aligned, and so is every tensor to its size', () => {
    fc.assert(
      fc.property(tensors, (tensors) => {
        const encoded = encodeSafetensors(tensors);
        expect(encodeSafetensors(Object.fromEntries(Object.entries(tensors).reverse()))).toEqual(encoded);
        expect(new DataView(encoded.buffer).getBigUint64(0, true) % 8n).toBe(0n);
        for (const { data } of Object.values(decodeSafetensors(encoded, 'file').tensors)) {
          expect(data.buffer === encoded.buffer || data.length === 0).toBe(true);
        }
      }),
    );
  });
});

test('the bytes of a small file, laid out by hand from the published format', () => {
  const header = '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
  const data = [0x00, 0x00, 0xc0, 0x3f, 0x00, 0x00, 0x00, 0xc0]; // 1.5 and -2
  const w: SavedTensor = { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1.5, -2) };
  const file = Uint8Array.from([56, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(header), ...data]);
  expect(encodeSafetensors({ w })).toEqual(file);
  expect(decodeSafetensors(file, 'file').tensors).toEqual({ w });
  const padded = Uint8Array.from([64, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(header.padEnd(64)), ...data]);
  expect(decodeSafetensors(padded, 'file').tensors).toEqual({ w });
});

test('a tensor that another writer left unaligned is copied', () => {
  const file = fileOf(
    {
      a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      b: { dtype: 'F32', shape: [], data_offsets: [1, 5] },
    },
    5,
  );
  new DataView(file.buffer).setFloat32(file.length - 4, 2.5, true);
  // As fs.readFile gives it, and as fetch does.
  for (const content of [file, Buffer.from(file), file.slice().buffer]) {
    expect(decodeSafetensors(content, 'file').tensors.b!.data).toEqual(Float32Array.of(2.5));
  }
});

describe('floatsOf', () => {
  const floats = (dtype: 'F16' | 'BF16', ...bits: number[]) =>
    Array.from(floatsOf({ dtype, shape: [bits.length], data: Uint16Array.from(bits) }));

  test('halves are those of IEEE 754', () => {
    expect(floats('F16', 0x0000, 0x3c00, 0xc000, 0x7bff, 0x3555, 0x7c00, 0xfc00, 0x7e00)).toEqual([
      0,
      1,
      -2,
      65504,
      0.333251953125,
      Infinity,
      -Infinity,
      Number.NaN,
    ]);
    expect(floats('F16', 0x8000)).toEqual([-0]);
    // The least normal number, and the largest and the least subnormal ones.
    expect(floats('F16', 0x0400, 0x03ff, 0x0001, 0x8001)).toEqual([
      2 ** -14,
      1023 * 2 ** -24,
      2 ** -24,
      -(2 ** -24),
    ]);
  });

  test('every finite half is (−1)ˢ · 2ᵉ · (1 + f / 1024), or f · 2⁻²⁴ where e is least', () => {
    const all = floats('F16', ...Array.from({ length: 2 ** 16 }, (_, bits) => bits));
    all.forEach((found, bits) => {
      const [negative, exponent, fraction] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
      if (exponent === 31) return;
      const size = exponent === 0 ? fraction * 2 ** -24 : 2 ** (exponent - 15) * (1 + fraction / 1024);
      if (found !== (negative ? -size : size)) expect.fail(`${bits} gives ${found}`);
    });
  });

  test('brain floats are the upper half of a float32', () => {
    expect(floats('BF16', 0x3f80, 0x4049, 0xff80, 0x0001)).toEqual([1, 3.140625, -Infinity, 2 ** -133]);
  });

  test('float32 and float64 are as they are, others are refused', () => {
    for (const data of [Float32Array.of(1, 2), Float64Array.of(1, 2)]) {
      const dtype = data instanceof Float32Array ? 'F32' : 'F64';
      expect(floatsOf({ dtype, shape: [2], data })).toBe(data);
    }
    expect(() => floatsOf({ dtype: 'I32', shape: [1], data: Int32Array.of(1) })).toThrow(
      new InputError('floatsOf: the tensor has dtype I32, expected one of F64, F32, F16, BF16.'),
    );
  });
});

test('what cannot be read again is not written', () => {
  const w: SavedTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
  const bad = (tensors: object, metadata?: object) => () =>
    encodeSafetensors(tensors as Record<string, SavedTensor>, metadata as Record<string, string>);
  expect(bad({ w }, { step: 3 })).toThrow('metadata "step" is 3, expected a string');
  expect(bad({ w }, { spec: {} })).toThrow('metadata "spec" is a record, expected a string');
  expect(bad({ w: { ...w, dtype: 'f32' } })).toThrow(/^tensor "w" has dtype "f32", expected one of BOOL, U8/);
  expect(bad({ w: { ...w, data: [1] } })).toThrow(/^tensor "w" has an array as its data/);
  expect(bad({ w: { ...w, shape: undefined } })).toThrow(/^tensor "w" has shape undefined/);
});

const u8 = (begin: unknown, end: unknown, shape: unknown = [4]) => ({
  dtype: 'U8',
  shape,
  data_offsets: [begin, end],
});

describe('refuses, naming file, offset and rule', () => {
  test.each<[string, Uint8Array, string, number, string]>([
    ['a file shorter than the prefix', new Uint8Array(7), 'length', 0, '7 bytes'],
    ['a header over 100 MB', fileOf({}, 0, 100_000_001n), 'length', 0, '100000001'],
    ['a header of 2^64 - 1 bytes', fileOf({}, 0, 2n ** 64n - 1n), 'length', 0, '18446744073709551615'],
    ['a header longer than the file', fileOf({}, 0, 3n), 'length', 0, 'only 2 follow'],
    ['an empty header', fileOf('', 0), 'json', 8, 'start with {'],
    ['a list', fileOf('[]', 0), 'json', 8, 'start with {'],
    ['a byte order mark', fileOf('\ufeff{}', 0), 'json', 8, 'start with {'],
    ['bytes that are no UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), 'utf8', 8, 'UTF-8'],
    ['padding by tabs', fileOf('{}\t', 0), 'json', 10, 'and spaces'],
    ['broken JSON', fileOf('{"é":}', 0), 'json', 14, 'a value is expected'],
    ['a key twice', fileOf(`{"a":${JSON.stringify(u8(0, 0, [0]))},"a":1}`, 0), 'json', 61, 'occurs twice'],
    ['__proto__', fileOf('{"__proto__":{}}', 0), 'json', 9, '__proto__'],
    ['__proto__ inside', fileOf('{"a":{"__proto__":{}}}', 0), 'json', 14, '__proto__'],
    ['metadata that is a list', fileOf({ __metadata__: [] }, 0), 'metadata', 9, 'object of strings'],
    ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }, 0), 'metadata', 9, '"a" is not a string'],
    ['an entry that is a number', fileOf({ a: 1 }, 0), 'entry', 9, 'not an object'],
    ['an unknown key', fileOf({ a: { ...u8(0, 4), x: 1 } }, 4), 'entry', 9, '"x"'],
    ['an unknown type', fileOf({ a: { ...u8(0, 4), dtype: 'F31' } }, 4), 'dtype', 9, '"F31"'],
    [
      'a type off the prototype',
      fileOf({ a: { ...u8(0, 4), dtype: 'toString' } }, 4),
      'dtype',
      9,
      'toString',
    ],
    ['a negative size', fileOf({ a: u8(0, 4, [-4]) }, 4), 'shape', 9, 'whole numbers'],
    ['a broken size', fileOf({ a: u8(0, 4, [1.5]) }, 4), 'shape', 9, 'whole numbers'],
    ['no shape', fileOf({ a: { dtype: 'U8', data_offsets: [0, 4] } }, 4), 'shape', 9, 'whole numbers'],
    ['too many elements', fileOf({ a: u8(0, 4, [2 ** 40, 2 ** 40]) }, 4), 'shape', 9, 'counted'],
    ['too many, hidden by 0', fileOf({ a: u8(0, 0, [2 ** 40, 2 ** 40, 0]) }, 0), 'shape', 9, 'counted'],
    ['a wrap to 0 in 64 bits', fileOf({ a: u8(0, 0, [2 ** 32, 2 ** 32]) }, 0), 'shape', 9, 'counted'],
    ['three offsets', fileOf({ a: { ...u8(0, 4), data_offsets: [0, 4, 4] } }, 4), 'offsets', 9, 'two whole'],
    ['negative offsets', fileOf({ a: u8(-4, 0) }, 4), 'offsets', 9, 'two whole'],
    ['begin after end', fileOf({ a: u8(4, 0) }, 4), 'offsets', 9, 'after its end'],
    ['bytes that do not fit', fileOf({ a: u8(0, 3) }, 3), 'size', 9, 'needs 4 bytes, but has 3'],
    ['data cut off', fileOf({ a: u8(0, 4) }, 3), 'offsets', 61, '3 bytes of data'],
    ['an overlap', fileOf({ a: u8(0, 4), b: u8(3, 7) }, 7), 'overlap', 116, '"b" overlaps tensor "a"'],
    ['a hole', fileOf({ a: u8(0, 4), b: u8(5, 9) }, 9), 'hole', 117, '1 bytes between tensor "a"'],
    ['a hole at the start', fileOf({ a: u8(1, 5) }, 5), 'hole', 61, 'between the header'],
    ['bytes left over', fileOf({ a: u8(0, 4) }, 6), 'hole', 65, 'last 2 bytes'],
    ['data without tensors', fileOf({}, 1), 'hole', 10, 'last 1 bytes'],
  ])('%s', (_, file, rule, offset, words) => {
    let caught: unknown;
    try {
      decodeSafetensors(file, 'some.safetensors');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SafetensorsError);
    expect(caught).toBeInstanceOf(InputError);
    const { message, ...fields } = caught as SafetensorsError;
    expect(fields).toMatchObject({ file: 'some.safetensors', rule, offset });
    expect(message).toContain(`some.safetensors, byte ${offset}: `);
    expect(message).toContain(words);
  });
});

test('a mutated file gives its tensors or a typed error, never another failure', () => {
  const mutation = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), length: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(
      tensors,
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (tensors, edits, cut) => {
        let file = Uint8Array.from(encodeSafetensors(tensors, { note: 'x' }));
        for (const { at, byte, length } of edits)
          file.fill(byte, at % file.length, (at % file.length) + length);
        if (cut % 3 === 0) file = file.subarray(0, cut % (file.length + 1));
        try {
          for (const { data } of Object.values(decodeSafetensors(file, 'file').tensors)) data.at(0);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

describe('the writer refuses', () => {
  const data = Float32Array.of(1, 2);
  test.each<[string, Record<string, SavedTensor>, Record<string, string>, string]>([
    ['a shape of another size', { w: { dtype: 'F32', shape: [3], data } }, {}, 'shape [3] but 2 elements'],
    ['a negative shape', { w: { dtype: 'F32', shape: [-1, -2], data } }, {}, 'shape [-1, -2]'],
    [
      'another array',
      { w: { dtype: 'F64', shape: [2], data } },
      {},
      'w" has a Float32Array as its data; element type F64',
    ],
    ['a reserved name', { __metadata__: { dtype: 'F32', shape: [2], data } }, {}, 'reserved'],
    ['half a surrogate pair', { '\ud800': { dtype: 'F32', shape: [2], data } }, {}, 'Unicode'],
    ['a prototype key', {}, JSON.parse('{"__proto__":"x"}'), '__proto__'],
  ])('%s', (_, tensors, metadata, words) => {
    const run = () => encodeSafetensors(tensors, metadata);
    expect(run).toThrow(InputError);
    expect(run).toThrow(words);
  });
});
