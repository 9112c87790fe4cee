import * as reference from '../../../kernels/reference.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import type { Backend, DType, Kernels, RawBuffer } from '../backend.ts';

/** The plain TypeScript backend: float32 and float64, always there, and the oracle for every other one. */
export function createReferenceBackend(): Backend {
  return {
    name: 'reference',
    description: 'reference (plain TypeScript)',
    kernels: reference as unknown as Kernels,
    allocate: (size, dtype) => raw(floats(size, dtype)),
    allocateDoubles: (size) => raw(new Float64Array(size)),
    uploadIntegers: (values) => raw(Int32Array.from(values)),
    upload: (values) => raw(values.slice()),
    at: (buffer, elements) => raw(array(buffer).subarray(elements)),
    readsAtOnce: true,
    read: (buffer, size) => array(buffer).slice(0, size),
    readInto: (buffer, target) => target.set(array(buffer).subarray(0, target.length)),
    write: (buffer, values) => array(buffer).set(values),
    readLater: async (buffer, size) => array(buffer).slice(0, size),
    takeOut: (buffer, size) => array(buffer).slice(0, size),
    putBack: (taken) => raw(taken as FloatArray),
    settle: (taken) => taken as FloatArray,
    // Arrays are the garbage collector's; there is no arena to reset.
    mark: () => 0,
    reset: () => {},
    view: (buffer, size) => array(buffer).subarray(0, size),
    allocatePersistent: (size, dtype) => raw(floats(size, dtype)),
    uploadPersistent: (values) => raw(values.slice()),
    freePersistent: () => {},
  };
}

const floats = (size: number, dtype: DType): FloatArray =>
  dtype === 'float64' ? new Float64Array(size) : new Float32Array(size);
const raw = (values: FloatArray | Int32Array | Int8Array): RawBuffer => values as unknown as RawBuffer;
const array = (buffer: RawBuffer): FloatArray => buffer as unknown as FloatArray;
