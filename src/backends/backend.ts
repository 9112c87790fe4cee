import type * as reference from '../../kernels/reference.ts';
import type { FloatArray } from '../../kernels/types.ts';

/** Numbers where a backend keeps them: an address in WebAssembly memory, a typed array. Only its kernels look inside. */
export type RawBuffer = { readonly rawBuffer: unique symbol };

/** Every kernel, with the reference kernels' signatures and the backend's own buffers in place of arrays. */
export type Kernels = { readonly [Name in keyof typeof reference]: OnBuffers<(typeof reference)[Name]> };

export type DType = 'float32' | 'float64';

/** One way of computing: where numbers live, and the kernels that work on them there. */
export interface Backend {
  readonly name: BackendName;
  /** For reports: the name and which build actually runs. */
  readonly description: string;
  readonly kernels: Kernels;
  /** Room for `size` floats, not cleared, until the arena is reset below it. */
  allocate(size: number, dtype: DType): RawBuffer;
  /** Room for `size` doubles as workspace of a kernel, whatever the dtype of its tensors. */
  allocateDoubles(size: number): RawBuffer;
  /** A copy of integers for a kernel's index arguments. */
  uploadIntegers(values: ArrayLike<number>): RawBuffer;
  upload(values: FloatArray): RawBuffer;
  /** The buffer that begins `elements` floats further on. */
  at(buffer: RawBuffer, elements: number): RawBuffer;
  /** Whether numbers can be had in place; otherwise they come with a promise, and `read`, `readInto` and `view` throw InputError. */
  readonly readsAtOnce: boolean;
  /** A copy of `size` floats. */
  read(buffer: RawBuffer, size: number, dtype: DType): FloatArray;
  /** Copies floats into `target`, as many as it holds. */
  readInto(buffer: RawBuffer, target: FloatArray): void;
  write(buffer: RawBuffer, values: FloatArray): void;
  /** A copy of `size` floats as they are now. Rejects when what computes them fails. */
  readLater(buffer: RawBuffer, size: number, dtype: DType): Promise<FloatArray>;
  /** Takes `size` floats out of the arena, before it is reset, to `putBack` or `settle` them. */
  takeOut(buffer: RawBuffer, size: number, dtype: DType): Taken;
  /** Puts them into the arena as it now is. */
  putBack(taken: Taken): RawBuffer;
  /** Makes an ordinary array of them, or the promise of one where numbers do not come at once. */
  settle(taken: Taken, size: number): FloatArray | Promise<FloatArray>;
  /** `upload` of `size` floats that are still to come; only where numbers do not come at once. */
  uploadLater?(values: Promise<FloatArray>, size: number): RawBuffer;
  /** The op whose kernels are called from here on, for the errors of launches that fail later. */
  begin?(op: string): void;
  /** The arena's present height, for `reset`. */
  mark(): number;
  /** Gives back everything allocated since `mark` was taken. */
  reset(mark: number): void;
  /** The floats themselves, not a copy: a view, which becomes empty (detached) when the backend's memory grows. */
  view(buffer: RawBuffer, size: number, dtype: DType): FloatArray;
  /** Room that no reset takes back; only while the arena is empty. */
  allocatePersistent(size: number, dtype: DType): RawBuffer;
  /** A copy that no reset takes back, of floats, or of integers for kernels that take those; only while the arena is empty. */
  uploadPersistent(values: FloatArray | Int32Array | Int8Array): RawBuffer;
  freePersistent(buffer: RawBuffer): void;
}

/** Floats on their way from one place of the arena to another, or out of it. */
export type Taken = FloatArray | RawBuffer;

export type BackendName = 'reference' | 'wasm' | 'gpu';

type OnBuffers<F> = F extends (...args: infer Args) => infer Result
  ? (...args: { [K in keyof Args]: Args[K] extends number ? number : RawBuffer }) => Result
  : never;
