import { InputError } from '../errors.ts';
import { JsonSyntaxError, parseStrictJson, quote } from './strictJson.ts';

/** The typed arrays that hold tensor elements. */
export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** The array that holds each element type; 16-bit and 8-bit floats are given as their bits. */
const arrayOf = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  F8_E5M2: Uint8Array,
  F8_E4M3: Uint8Array,
  U16: Uint16Array,
  I16: Int16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const satisfies Record<string, ArrayType>;

/** Element types of the format, by the names that stand in the header. */
export type Dtype = keyof typeof arrayOf;

/** One tensor of a file: elements in row-major order, as many as the product of `shape`. */
export interface SavedTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: Record<string, SavedTensor>;
  readonly metadata: Record<string, string>;
}

/** The rules of the format that a file can break. */
export type SafetensorsRule =
  | 'length'
  | 'utf8'
  | 'json'
  | 'metadata'
  | 'entry'
  | 'dtype'
  | 'shape'
  | 'offsets'
  | 'size'
  | 'overlap'
  | 'hole';

/** A file that breaks a rule of the format; `offset` counts the bytes from the start of the file. */
export class SafetensorsError extends InputError {
  readonly file: string;
  readonly offset: number;
  readonly rule: SafetensorsRule;

  constructor(file: string, offset: number, rule: SafetensorsRule, sentence: string) {
    super(`${file}, byte ${offset}: ${sentence} (safetensors rule: ${rule})`);
    this.file = file;
    this.offset = offset;
    this.rule = rule;
  }
}

/** Bytes of the header's length, before the header. */
const prefix = 8;
/** The published limit on the header, in bytes. */
const longestHeader = 100_000_000;
const metadataKey = '__metadata__';

/**
 * The bytes of a safetensors file (https://github.com/huggingface/safetensors, "Format").
 *
 * Tensors are stored by falling element size, then by name, so that equal contents give equal bytes and every tensor
 * is aligned to its element size. Elements are little-endian, as typed arrays are wherever WebAssembly runs fast.
 *
 * @throws InputError when a shape, element type and array do not belong together, or a name is not allowed
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SavedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = Object.entries(tensors).sort(
    ([a, { data: x }], [b, { data: y }]) => y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  const header: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(metadata)) {
    checkText(key, 'metadata key');
    checkText(text, `metadata ${quote(key)}`);
  }
  if (Object.keys(metadata).length > 0) header[metadataKey] = metadata;
  let end = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const begin = end;
    end += tensor.data.byteLength;
    header[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] };
  }

  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > longestHeader) {
    throw new InputError(
      `the safetensors header takes ${headerLength} bytes; the format allows ${longestHeader}`,
    );
  }
  const bytes = new Uint8Array(prefix + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, prefix);
  bytes.fill(0x20, prefix + json.length, prefix + headerLength);
  let at = prefix + headerLength;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file. Arrays are views of `bytes` wherever their elements are aligned, and
 * copies elsewhere.
 *
 * @param file what error messages name
 * @throws SafetensorsError on anything that the format does not allow
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsFile {
  const fail = (offset: number, rule: SafetensorsRule, sentence: string): never => {
    throw new SafetensorsError(file, offset, rule, sentence);
  };
  const { header, offsetOf, dataStart } = readHeader(bytes, fail);

  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    const failHere = (rule: SafetensorsRule, sentence: string) => fail(offsetOf(name), rule, sentence);
    if (name === metadataKey) {
      if (!isRecord(value)) failHere('metadata', 'the metadata is no object of strings');
      for (const [key, text] of Object.entries(value as object)) {
        if (typeof text !== 'string') failHere('metadata', `the metadata ${quote(key)} is no string`);
        metadata[key] = text;
      }
    } else {
      entries.push(readEntry(name, value, failHere));
    }
  }

  checkCover(entries, bytes.length - dataStart, dataStart, fail);
  const tensors: Record<string, SavedTensor> = Object.create(null);
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors[name] = { dtype, shape, data: viewOf(bytes, dataStart + begin, end - begin, arrayOf[dtype]) };
  }
  return { tensors, metadata };
}

type Fail = (offset: number, rule: SafetensorsRule, sentence: string) => never;

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte and the byte after the last, counted from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, fail: Fail) {
  if (bytes.length < prefix) {
    fail(0, 'length', `the file has ${bytes.length} bytes, too few for the header's length (8)`);
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (declared > longestHeader) {
    fail(0, 'length', `the header claims ${declared} bytes; the format allows ${longestHeader}`);
  }
  const length = Number(declared);
  if (length > bytes.length - prefix) {
    fail(0, 'length', `the header claims ${length} bytes, but only ${bytes.length - prefix} follow`);
  }
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(prefix, prefix + length),
    );
  } catch {
    fail(prefix, 'utf8', 'the header is no valid UTF-8');
  }
  const byteOf = (position: number) => prefix + Buffer.byteLength(text.slice(0, position));
  if (text[0] !== '{') fail(prefix, 'json', 'the header does not start with {');
  if (!/\} *$/.test(text.slice(text.lastIndexOf('}')))) {
    fail(byteOf(text.lastIndexOf('}') + 1), 'json', 'the header does not end with } and spaces');
  }
  const positions = new Map<string, number>();
  try {
    const header = parseStrictJson(text, (key, position) => positions.set(key, position)) as object;
    const offsetOf = (key: string) => byteOf(positions.get(key)!);
    return { header, offsetOf, dataStart: prefix + length };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return fail(byteOf(error.position), 'json', `in the header, ${error.message}`);
  }
}

const entryKeys = ['dtype', 'shape', 'data_offsets'];

function readEntry(
  name: string,
  value: unknown,
  fail: (rule: SafetensorsRule, sentence: string) => never,
): Entry {
  const tensor = `tensor ${quote(name)}`;
  if (!isRecord(value)) return fail('entry', `${tensor} is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const extra = Object.keys(value).find((key) => !entryKeys.includes(key));
  if (extra !== undefined) fail('entry', `${tensor} has the unknown key ${quote(extra)}`);
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayOf, dtype)) {
    const known = Object.keys(arrayOf).join(', ');
    return fail('dtype', `${tensor} has the element type ${JSON.stringify(dtype)}; expected one of ${known}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail('shape', `${tensor} has a shape that is no list of whole numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail('offsets', `${tensor} has data_offsets that are no two whole numbers`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) fail('offsets', `${tensor} begins at ${begin}, after its end at ${end}`);
  const elementBytes = arrayOf[dtype as Dtype].BYTES_PER_ELEMENT;
  const size = byteCount(shape, elementBytes);
  if (size === undefined)
    fail('shape', `${tensor} of shape ${shapeText(shape)} has more elements than can be counted`);
  if (size !== end - begin) {
    fail(
      'size',
      `${tensor}, ${dtype} of shape ${shapeText(shape)}, needs ${size} bytes, but has ${end - begin}`,
    );
  }
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** Every byte of the data belongs to exactly one tensor. */
function checkCover(entries: readonly Entry[], dataLength: number, dataStart: number, fail: Fail): void {
  let covered = 0;
  let last = 'the header';
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const tensor = `tensor ${quote(name)}`;
    if (begin < covered) fail(dataStart + begin, 'overlap', `${tensor} overlaps ${last}`);
    if (begin > dataLength || end > dataLength) {
      fail(
        dataStart + begin,
        'offsets',
        `${tensor} ends at ${end}, but the file has ${dataLength} bytes of data`,
      );
    }
    if (begin > covered) {
      fail(
        dataStart + covered,
        'hole',
        `${begin - covered} bytes between ${last} and ${tensor} belong to none`,
      );
    }
    covered = end;
    last = tensor;
  }
  if (covered < dataLength) {
    fail(dataStart + covered, 'hole', `the last ${dataLength - covered} bytes belong to no tensor`);
  }
}

function viewOf(bytes: Uint8Array, start: number, length: number, type: ArrayType): TypedArray {
  const elements = length / type.BYTES_PER_ELEMENT;
  if ((bytes.byteOffset + start) % type.BYTES_PER_ELEMENT === 0) {
    return new type(bytes.buffer, bytes.byteOffset + start, elements);
  }
  return new type(bytes.slice(start, start + length).buffer, 0, elements);
}

/** The bytes that a shape takes, or undefined where the product leaves the exact integers. */
function byteCount(shape: readonly number[], elementBytes: number): number | undefined {
  // In exact integers, and not cut short by a zero: [2^40, 2^40, 0] overflows whatever the order of its factors.
  let product = BigInt(elementBytes);
  for (const size of shape) {
    if (size > 0) product *= BigInt(size);
    if (product > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  }
  return shape.includes(0) ? 0 : Number(product);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', ...' : ''}]`;
}

function checkTensor(name: string, { dtype, shape, data }: SavedTensor): void {
  checkText(name, 'tensor name');
  const tensor = `tensor ${quote(name)}`;
  if (name === metadataKey || name === '__proto__')
    throw new InputError(`${tensor} has a name that is reserved`);
  const type: ArrayType | undefined = arrayOf[dtype];
  if (type === undefined || !(data instanceof type)) {
    throw new InputError(
      `${tensor} is ${data?.constructor.name}; element type ${dtype} is kept in ${type?.name}`,
    );
  }
  const size = shape.every(isCount) ? byteCount(shape, type.BYTES_PER_ELEMENT) : undefined;
  if (size !== data.byteLength) {
    throw new InputError(`${tensor} has shape ${shapeText(shape)} but ${data.length} elements`);
  }
}

function checkText(text: string, what: string): void {
  if (text === '__proto__' || /\p{Surrogate}/u.test(text)) {
    throw new InputError(`${what} ${quote(text)} is not allowed: it is __proto__ or no valid Unicode`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
