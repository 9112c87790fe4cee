import { InputError, shown } from '../errors.ts';
import {
  type ArrayType,
  arrayOf,
  byteCount,
  type Dtype,
  freeHeader,
  isCount,
  longestHeader,
  metadataKey,
  mostValues,
  prefix,
  SafetensorsError,
  type SafetensorsFile,
  type SafetensorsRule,
  type SavedTensor,
  shapeText,
  type TypedArray,
} from './safetensorsFormat.ts';
import { JsonSyntaxError, parseStrictJson, quote } from './strictJson.ts';

/**
 * The tensors and metadata of a safetensors file. Arrays are views of `content` wherever their elements are aligned, and
 * copies elsewhere.
 *
 * @param file what error messages name
 * @throws SafetensorsError on anything that the format does not allow, InputError for what are no bytes
 */
export function decodeSafetensors(content: Uint8Array | ArrayBuffer, file: string): SafetensorsFile {
  const bytes = content instanceof ArrayBuffer ? new Uint8Array(content) : content;
  if (!(bytes instanceof Uint8Array)) {
    throw new InputError(
      `decodeSafetensors: content is ${shown(bytes)}, expected a Uint8Array or an ArrayBuffer.`,
    );
  }
  const fail = (offset: number, rule: SafetensorsRule, sentence: string): never => {
    throw new SafetensorsError(file, offset, rule, sentence);
  };
  const { header, offsetOf, dataStart } = readHeader(bytes, fail);

  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    const failHere = (rule: SafetensorsRule, sentence: string) => fail(offsetOf(name), rule, sentence);
    if (name === metadataKey) {
      if (!isRecord(value)) failHere('metadata', 'the metadata is not an object of strings');
      for (const [key, text] of Object.entries(value as object)) {
        if (typeof text !== 'string') failHere('metadata', `the metadata ${quote(key)} is not a string`);
        metadata[key] = text;
      }
    } else {
      entries.push(readEntry(name, value, failHere));
    }
  }

  checkCover(entries, bytes.length - dataStart, dataStart, fail);
  const tensors: Record<string, SavedTensor> = Object.create(null);
  const offsets: Record<string, number> = Object.create(null);
  for (const { name, dtype, shape, begin, end } of entries) {
    offsets[name] = dataStart + begin;
    tensors[name] = { dtype, shape, data: viewOf(bytes, dataStart + begin, end - begin, arrayOf[dtype]) };
  }
  return { tensors, metadata, offsets };
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
  const dataLength = bytes.length - prefix - length;
  if (length > freeHeader + dataLength) {
    fail(
      0,
      'length',
      `the header has ${length} bytes and the data ${dataLength}; expected at most ${freeHeader} bytes of header more than of data`,
    );
  }
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(prefix, prefix + length),
    );
  } catch {
    fail(prefix, 'utf8', 'the header is not valid UTF-8');
  }
  const byteOf = (position: number) => prefix + new TextEncoder().encode(text.slice(0, position)).length;
  if (text[0] !== '{') fail(prefix, 'json', 'the header does not start with {');
  if (!/\} *$/.test(text.slice(text.lastIndexOf('}')))) {
    fail(byteOf(text.lastIndexOf('}') + 1), 'json', 'the header does not end with } and spaces');
  }
  const positions = new Map<string, number>();
  try {
    const header = parseStrictJson(text, {
      onTopKey: (key, position) => positions.set(key, position),
      mostValues: mostValues(bytes.length),
    }) as object;
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
  if (!isRecord(value)) return fail('entry', `${tensor} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const extra = Object.keys(value).find((key) => !entryKeys.includes(key));
  if (extra !== undefined) fail('entry', `${tensor} has the unknown key ${quote(extra)}`);
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayOf, dtype)) {
    const known = Object.keys(arrayOf).join(', ');
    return fail('dtype', `${tensor} has the element type ${JSON.stringify(dtype)}; expected one of ${known}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail('shape', `${tensor} has a shape that is not a list of whole numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail('offsets', `${tensor} has data_offsets that are not two whole numbers`);
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
  // Not bytes.slice: a Buffer's is a view of the same memory.
  return new type(Uint8Array.from(bytes.subarray(start, start + length)).buffer, 0, elements);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
