import { transformWorkspaceSize, twiddles } from '../../../kernels/fft/layout.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import type { Backend, DType, Kernels, RawBuffer } from '../../backends/index.ts';

/** Numbers that stay where they are. */
export interface Vector {
  readonly buffer: RawBuffer;
  readonly size: number;
}

/** What transforms of n points need. */
export interface TransformRoom {
  readonly twiddles: RawBuffer;
  readonly work: RawBuffer;
}

/** Where a stream keeps its weights and state: buffers that are allocated when the stream is opened and freed with it. */
export class StreamMemory {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly kernels: Kernels;
  /** Bytes of the weights, biases included. */
  weightBytes = 0;
  /** lengths = [1]; cells are always called with step 0, so the row is never held. */
  readonly lengths: RawBuffer;
  readonly #buffers: RawBuffer[] = [];
  readonly #transforms = new Map<number, TransformRoom>();
  #integers: { readonly size: number; readonly buffer: RawBuffer } | null = null;

  constructor(backend: Backend, dtype: DType) {
    this.backend = backend;
    this.dtype = dtype;
    this.kernels = backend.kernels;
    this.lengths = this.#keep(Int32Array.of(1));
  }

  /** Zeros, to compute in. */
  zeros(size: number): Vector {
    return { buffer: this.#keep(this.#floats(new Float64Array(size))), size };
  }

  /** Weights that are read at every step. */
  weights(values: FloatArray | Int8Array): RawBuffer {
    const own = values instanceof Int8Array ? values : this.#floats(values);
    this.weightBytes += own.byteLength;
    return this.#keep(own);
  }

  /** Room for integers, shared by all who use it within one kernel. */
  integers(size: number): RawBuffer {
    if (this.#integers === null || this.#integers.size < size) {
      this.#integers = { size, buffer: this.#keep(new Int32Array(size)) };
    }
    return this.#integers.buffer;
  }

  /** Shared likewise by all transforms of n points. */
  transforms(n: number): TransformRoom {
    let room = this.#transforms.get(n);
    if (room === undefined) {
      room = {
        twiddles: this.#keep(this.#floats(twiddles(n))),
        work: this.zeros(transformWorkspaceSize(n)).buffer,
      };
      this.#transforms.set(n, room);
    }
    return room;
  }

  /** Frees everything at once. */
  free(): void {
    release(this.backend, this.#buffers.splice(0));
  }

  /** Frees everything when `owner`, which nothing here refers to, is garbage. */
  freeWith(owner: object): void {
    finalizers.register(owner, { backend: this.backend, buffers: this.#buffers });
  }

  #floats(values: FloatArray): FloatArray {
    return this.dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  }

  #keep(values: FloatArray | Int32Array | Int8Array): RawBuffer {
    const buffer = this.backend.uploadPersistent(values);
    this.#buffers.push(buffer);
    return buffer;
  }
}

function release(backend: Backend, buffers: readonly RawBuffer[]): void {
  for (const buffer of buffers) backend.freePersistent(buffer);
}

const finalizers = new FinalizationRegistry<{ backend: Backend; buffers: readonly RawBuffer[] }>(
  ({ backend, buffers }) => release(backend, buffers),
);
