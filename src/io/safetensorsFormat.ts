import { FormatError } from './formatError.ts';

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

/** The constructor of a typed array over a part of a buffer. */
export interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** The array that holds each element type; 16-bit and 8-bit floats are given as their bits. */
export const arrayOf = {
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
  /** The first byte of each tensor, counted from the start of the file. */
  readonly offsets: Record<string, number>;
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

/** A file that breaks a rule of the format. */
export class SafetensorsError extends FormatError<SafetensorsRule> {
  constructor(file: string, offset: number, rule: SafetensorsRule, sentence: string) {
    super(file, offset, rule, sentence, 'safetensors');
  }
}

/** Bytes of the header's length, before the header. */
export const prefix = 8;
/** The published limit on the header, in bytes. */
export const longestHeader = 100_000_000;
/**
 * Our own limits: a header of more than 8 MiB is no longer than the data that it describes, and holds no more values than
 * these, so that reading takes no more memory than twice the file and 16 MiB.
 */
export const freeHeader = 2 ** 23;
export const mostValues = (fileBytes: number): number => 2 ** 16 + Math.floor(fileBytes / 64);
/** The one key of the header that names no tensor. */
export const metadataKey = '__metadata__';

/** The bytes that a shape takes, or undefined where the product leaves the exact integers. */
export function byteCount(shape: readonly number[], elementBytes: number): number | undefined {
  // In exact integers, and not cut short by a zero: [2^40, 2^40, 0] overflows whatever the order of its factors.
  let product = BigInt(elementBytes);
  for (const size of shape) {
    if (size > 0) product *= BigInt(size);
    if (product > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  }
  return shape.includes(0) ? 0 : Number(product);
}

/** A shape as an error message shows it, cut where it is long. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', ...' : ''}]`;
}

/** Whether a value is a whole number that is exact, 0 or more. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= 0;
}
