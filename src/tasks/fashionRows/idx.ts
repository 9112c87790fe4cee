import { InputError } from '../../errors.ts';

/** An array of bytes with a shape, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Reads the IDX format of the MNIST files, of unsigned bytes: 0, 0, the type 8, the number of dimensions, the sizes as
 * big-endian 32-bit integers, the bytes (LeCun, Cortes & Burges, yann.lecun.com/exdb/mnist). The bytes are a view.
 *
 * @param dimensions how many are expected
 * @param source what errors name
 * @throws InputError for anything else, or more or fewer bytes than the sizes say
 */
export function parseIdx(file: Uint8Array, dimensions: number, source: string): IdxArray {
  const header = 4 + 4 * dimensions;
  const magic = Array.from(file.subarray(0, 4));
  const expected = [0, 0, UNSIGNED_BYTE, dimensions];
  if (magic.join() !== expected.join()) {
    throw new InputError(
      `${source} begins with the bytes ${magic.join(' ')}, expected ${expected.join(' ')}: unsigned bytes in ${dimensions} dimensions.`,
    );
  }
  if (file.length < header) {
    throw new InputError(
      `${source} has ${file.length} bytes, expected a header of ${header}: it is truncated.`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const bytes = file.subarray(header);
  const size = shape.reduce((product, side) => product * side, 1);
  if (bytes.length !== size) {
    throw new InputError(
      `${source} holds ${bytes.length} bytes after its header, expected ${shape.join(' × ')} = ${size}.`,
    );
  }
  return { shape, bytes };
}

const UNSIGNED_BYTE = 8;
