import type { FloatArray } from '../../kernels/types.ts';
import { InputError } from '../errors.ts';
import type { SavedTensor } from './safetensorsFormat.ts';

/**
 * The numbers of a tensor of floats, as `tensor` takes them: those of F32 and F64 are the tensor's own array, those of F16
 * (IEEE 754 binary16) and BF16 come as float32, which holds every one of them exactly.
 *
 * @throws InputError for any other element type
 */
export function floatsOf({ dtype, data }: SavedTensor): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  const widen = dtype === 'F16' ? fromHalf : dtype === 'BF16' ? fromBrain : null;
  if (widen === null || !(data instanceof Uint16Array)) {
    throw new InputError(`floatsOf: the tensor has dtype ${dtype}, expected one of F64, F32, F16, BF16.`);
  }
  const bits = Uint32Array.from(data, widen);
  return new Float32Array(bits.buffer);
}

/** The upper half of a float32. */
const fromBrain = (bits: number): number => bits << 16;

/** The bits of a float32 from 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: the leading one moves to its place, and the exponent pays for it.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff);
}
