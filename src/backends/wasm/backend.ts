import * as reference from '../../../kernels/reference.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import { InputError } from '../../errors.ts';
import type { Backend, Kernels, RawBuffer } from '../backend.ts';
import { hasRelaxedSimd, hasSimd } from './features.ts';
import { LinearMemory } from './memory.ts';
import { type Build, moduleBytes } from './moduleBytes.ts';

/**
 * The WebAssembly backend: float32, SIMD, and fused multiply-add where the engine has relaxed SIMD
 * (`build` forces one of the two). Throws InputError where the engine lacks what the build needs.
 */
export function createWasmBackend(build: Build = hasRelaxedSimd() ? 'relaxed' : 'base'): Backend {
  if (!hasSimd())
    throw new InputError('The wasm backend needs WebAssembly SIMD, which this engine does not offer.');
  if (build === 'relaxed' && !hasRelaxedSimd()) {
    throw new InputError(
      'The relaxed build needs WebAssembly relaxed SIMD, which this engine does not offer.',
    );
  }
  const memory = LinearMemory.reserve();
  const module = new WebAssembly.Module(moduleBytes(build));
  const exports = new WebAssembly.Instance(module, { env: { memory, abort: fail } }).exports;
  for (const name of Object.keys(reference)) {
    if (typeof exports[name] !== 'function') throw new Error(`The wasm build lacks the kernel ${name}.`);
  }
  const linear = new LinearMemory(memory, (exports.heapBase as WebAssembly.Global).value);

  const upload = (values: FloatArray): RawBuffer => {
    const address = linear.allocate(values.length * 4);
    linear.floats.set(values, address / 4);
    return raw(address);
  };
  const read = (buffer: RawBuffer, size: number): Float32Array => {
    const start = addressOf(buffer) / 4;
    return linear.floats.slice(start, start + size);
  };
  return {
    name: 'wasm',
    description: build === 'relaxed' ? 'wasm (SIMD, relaxed FMA)' : 'wasm (SIMD)',
    kernels: exports as unknown as Kernels,
    allocate: (size) => raw(linear.allocate(size * 4)),
    allocateDoubles: (size) => raw(linear.allocate(size * 8)),
    uploadIntegers(values) {
      const address = linear.allocate(values.length * 4);
      new Int32Array(linear.memory.buffer, address, values.length).set(values);
      return raw(address);
    },
    upload,
    at: (buffer, elements) => raw(addressOf(buffer) + elements * 4),
    readsAtOnce: true,
    read,
    readInto(buffer, target) {
      const start = addressOf(buffer) / 4;
      target.set(linear.floats.subarray(start, start + target.length));
    },
    write: (buffer, values) => linear.floats.set(values, addressOf(buffer) / 4),
    readLater: async (buffer, size) => read(buffer, size),
    takeOut: read,
    putBack: (taken) => upload(taken as FloatArray),
    settle: (taken) => taken as FloatArray,
    mark: () => linear.mark,
    reset: (mark) => linear.reset(mark),
    view: (buffer, size) => new Float32Array(memory.buffer, addressOf(buffer), size),
    allocatePersistent: (size) => raw(linear.allocatePersistent(size * 4)),
    uploadPersistent(values) {
      const { buffer, byteOffset, byteLength } =
        values instanceof Float64Array ? Float32Array.from(values) : values;
      const address = linear.allocatePersistent(byteLength);
      linear.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address);
      return raw(address);
    },
    freePersistent: (buffer) => linear.freePersistent(addressOf(buffer)),
  };
}

const raw = (address: number): RawBuffer => address as unknown as RawBuffer;
const addressOf = (buffer: RawBuffer): number => buffer as unknown as number;

function fail(): never {
  throw new Error('A wasm kernel aborted.');
}
