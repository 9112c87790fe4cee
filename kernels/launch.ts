import type * as reference from './reference.ts';

/** Floats on the GPU from some place on. Only the backend looks inside. */
export type GpuBuffer = { readonly gpuBuffer: unique symbol };

/** Integers for a kernel: known on the host, and read on the GPU as floats, which hold them exactly up to 2²⁴. */
export interface GpuIntegers extends GpuBuffer {
  readonly values: Int32Array;
}

/** Floats from where a buffer begins. */
export type Part = readonly [buffer: GpuBuffer, size: number];

/** One launch of a gpu.js kernel, which computes new floats from others and never writes over any. */
export interface Launch {
  readonly name: string;
  /** What the source reads, under the name by which it does: at most seven, as WebGPU binds no more. */
  readonly reads: Readonly<Record<string, Part>>;
  /** Numbers that may differ from launch to launch, by name. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Integers compiled in: `$name` in the source. Every loop is bounded by one. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Up to three counters of threads, the fastest first. The results of all threads are one row-major array. */
  readonly threads: Readonly<Record<string, number>>;
  /** The body of a function that returns the thread's result, in gpu.js's part of JavaScript. */
  readonly source: string;
  /** Where the results go, one part after the other; what is left over is dropped. */
  readonly writes: readonly Part[];
}

/** What GPU kernels are written with. */
export interface Gpu {
  launch(launch: Launch): void;
  /** y = x without a launch: both share the floats until one of them is written. */
  copy(x: GpuBuffer, y: GpuBuffer, size: number): void;
  /** y = 0 without a launch. */
  zero(y: GpuBuffer, size: number): void;
  /** The buffer that begins `elements` further on. */
  at(buffer: GpuBuffer, elements: number): GpuBuffer;
  /** Room that lives as long as what else is made now. */
  allocate(size: number): GpuBuffer;
  upload(values: Float32Array): GpuBuffer;
  integers(values: ArrayLike<number>): GpuIntegers;
  /** Floats that never change, made and uploaded once under a name that says all they depend on. */
  constant(name: string, make: () => Float32Array): GpuBuffer;
}

/** Kernels that give a number at once, which a GPU cannot, and those of streams, which write rows in place. */
type CpuOnly = 'sumSquares' | 'matvec' | 'quantisedMatvec' | 'circulantMatvec' | 'toeplitzLikeMatvec';

/** A GPU kernel for every reference kernel, of its signature. */
export type GpuKernels = {
  readonly [Name in Exclude<keyof typeof reference, CpuOnly>]: OnGpu<(typeof reference)[Name]>;
};

type OnGpu<F> = F extends (...args: infer Args) => unknown
  ? (gpu: Gpu, ...args: { [K in keyof Args]: OnGpuArgument<Args[K]> }) => void
  : never;

type OnGpuArgument<Argument> = Argument extends number
  ? number
  : Argument extends Int32Array
    ? GpuIntegers
    : GpuBuffer;
