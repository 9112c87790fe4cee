import type { FloatArray } from '../../../kernels/types.ts';
import type { Tensors } from '../../autograd/grad.ts';
import type { BackendName, DType } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { Barrier } from './barrier.ts';

/** One parameter as threads tell each other of it. */
export interface ParameterLayout {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly backend: BackendName;
}

/** The memory that an exchange works in; can be sent to a thread. */
export interface ExchangeMemory {
  readonly control: ArrayBufferLike;
  /** Each shard's loss, then each parameter's sum of squares. */
  readonly figures: ArrayBufferLike;
  /** All parameters, and all gradients of each shard; none when there is one thread. */
  readonly parameters?: ArrayBufferLike;
  readonly gradients: readonly ArrayBufferLike[];
}

/** What the threads of a training tell each other in a step, through memory that they share. */
export class Exchange {
  readonly threads: number;
  readonly barrier: Barrier;
  /** Loss of each shard. */
  readonly losses: Float64Array;
  /** Sum of squares of each parameter's gradient, in the parameters' order. */
  readonly squares: Float64Array;
  readonly #memory: ExchangeMemory;
  readonly #places = new Map<
    string,
    { readonly dtype: DType; readonly start: number; readonly size: number }
  >();

  constructor(
    memory: ExchangeMemory,
    parameters: readonly ParameterLayout[],
    shards: number,
    threads: number,
  ) {
    this.threads = threads;
    this.barrier = new Barrier(threads, memory.control);
    this.losses = new Float64Array(memory.figures, 0, shards);
    this.squares = new Float64Array(memory.figures, 8 * shards, parameters.length);
    this.#memory = memory;
    let start = 0;
    for (const { name, shape, dtype } of parameters) {
      const size = sizeOf(shape);
      this.#places.set(name, { dtype, start, size });
      start += paddedBytes(size, dtype);
    }
  }

  /** Where all threads find the numbers of a parameter. */
  parameter(name: string): FloatArray {
    return this.#view(this.#memory.parameters!, name);
  }

  /** Where all threads find the gradient of a parameter on one shard. */
  gradient(shard: number, name: string): FloatArray {
    return this.#view(this.#memory.gradients[shard], name);
  }

  #view(buffer: ArrayBufferLike, name: string): FloatArray {
    const { dtype, start, size } = this.#places.get(name)!;
    return dtype === 'float64'
      ? new Float64Array(buffer, start, size)
      : new Float32Array(buffer, start, size);
  }
}

/** Memory for an exchange. Throws InputError where there is not enough. */
export function reserveExchange(
  parameters: readonly ParameterLayout[],
  shards: number,
  threads: number,
): ExchangeMemory {
  const figures = 8 * (shards + parameters.length);
  if (threads === 1) {
    return { control: new ArrayBuffer(Barrier.BYTES), figures: new ArrayBuffer(figures), gradients: [] };
  }
  const bytes = parameters.reduce((total, { shape, dtype }) => total + paddedBytes(sizeOf(shape), dtype), 0);
  try {
    return {
      control: new SharedArrayBuffer(Barrier.BYTES),
      figures: new SharedArrayBuffer(figures),
      parameters: new SharedArrayBuffer(bytes),
      gradients: Array.from({ length: shards }, () => new SharedArrayBuffer(bytes)),
    };
  } catch (cause) {
    const mebibytes = ((shards + 1) * bytes) / 2 ** 20;
    throw new InputError(
      `parallelTrainer: ${mebibytes.toFixed(0)} MiB of shared memory for ${shards} shards were refused: ` +
        `${(cause as Error).message}. Use fewer shards, or one thread.`,
      { cause },
    );
  }
}

/** What other threads must know of parameters, in their order. */
export const layoutOf = (parameters: Tensors): ParameterLayout[] =>
  Object.entries(parameters).map(([name, { shape, dtype, backend }]) => ({
    name,
    shape: [...shape],
    dtype,
    backend: backend.name,
  }));

const paddedBytes = (size: number, dtype: DType): number =>
  Math.ceil((size * (dtype === 'float64' ? 8 : 4)) / 64) * 64;
