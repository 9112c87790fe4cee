import { InputError, shown } from '../errors.ts';
import {
  type ArrayType,
  arrayOf,
  byteCount,
  freeHeader,
  isCount,
  longestHeader,
  metadataKey,
  prefix,
  type SavedTensor,
  shapeText,
} from './safetensorsFormat.ts';
import { quote } from './strictJson.ts';

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
): Uint8Array<ArrayBuffer> {
  const sorted = Object.entries(tensors).sort(
    ([a, x], [b, y]) => elementBytes(y) - elementBytes(x) || (a < b ? -1 : 1),
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
  const longest = Math.min(longestHeader, freeHeader + end);
  if (headerLength > longest) {
    throw new InputError(
      `the safetensors header takes ${headerLength} bytes; with ${end} bytes of data it may have ${longest}`,
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

/** 0 for what is refused below. */
const elementBytes = ({ data }: SavedTensor): number => data?.BYTES_PER_ELEMENT ?? 0;

function checkTensor(name: string, { dtype, shape, data }: SavedTensor): void {
  checkText(name, 'tensor name');
  const tensor = `tensor ${quote(name)}`;
  if (name === metadataKey || name === '__proto__')
    throw new InputError(`${tensor} has a name that is reserved`);
  const type: ArrayType | undefined = Object.hasOwn(arrayOf, dtype) ? arrayOf[dtype] : undefined;
  if (type === undefined) {
    const known = Object.keys(arrayOf).join(', ');
    throw new InputError(`${tensor} has dtype ${shown(dtype)}, expected one of ${known}`);
  }
  if (!(data instanceof type)) {
    throw new InputError(
      `${tensor} has ${shown(data)} as its data; element type ${dtype} is kept in a ${type.name}`,
    );
  }
  if (!Array.isArray(shape))
    throw new InputError(`${tensor} has shape ${shown(shape)}, expected an array of sizes`);
  const size = shape.every(isCount) ? byteCount(shape, type.BYTES_PER_ELEMENT) : undefined;
  if (size !== data.byteLength) {
    throw new InputError(`${tensor} has shape ${shapeText(shape)} but ${data.length} elements`);
  }
}

function checkText(text: string, what: string): void {
  if (typeof text !== 'string') throw new InputError(`${what} is ${shown(text)}, expected a string`);
  if (text === '__proto__' || /\p{Surrogate}/u.test(text)) {
    throw new InputError(`${what} ${quote(text)} is not allowed: it is __proto__ or not valid Unicode`);
  }
}
