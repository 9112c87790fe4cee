import type { FloatArray } from '../../kernels/types.ts';
import { type Backend, backend, type DType, defaultBackend, type RawBuffer } from '../backends/index.ts';
import { expectOptions, InputError, shown } from '../errors.ts';
import { checkShape, type Shape, show, sizeOf } from './shape.ts';
import { type Lifetime, Storage } from './storage.ts';

/** An immutable array of float32 or float64 numbers with a shape, row-major. */
export class Tensor {
  readonly shape: Shape;
  readonly storage: Storage;
  /** Where in the storage this tensor begins, in elements. */
  readonly offset: number;
  readonly size: number;
  /** Unique among tensors; tapes know tensors by it. */
  readonly id: number = nextId++;

  constructor(storage: Storage, shape: Shape, offset = 0) {
    this.storage = storage;
    this.shape = shape;
    this.offset = offset;
    this.size = sizeOf(shape);
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  get backend(): Backend {
    return this.storage.backend;
  }

  /** A copy of the numbers. Rejects when the tensor's scope has ended, or a launch on the GPU that they come of failed. */
  data(): Promise<FloatArray> {
    return this.storage.readLater(this.offset, this.size);
  }

  /** A copy of the numbers, at once. Throws InputError when the tensor's scope has ended, and on the GPU. */
  dataSync(): FloatArray {
    return this.storage.read(this.offset, this.size);
  }

  /** The only number of a tensor of size 1. Throws InputError for any other size, and on the GPU. */
  item(): number {
    if (this.size !== 1)
      throw new InputError(`item: the tensor has shape ${show(this.shape)}, expected one element.`);
    return this.dataSync()[0];
  }

  /** For kernels: the buffer that begins at this tensor. */
  buffer(lifetime: Lifetime): RawBuffer {
    const buffer = this.storage.buffer(lifetime);
    return this.offset === 0 ? buffer : this.backend.at(buffer, this.offset);
  }

  toString(): string {
    return `Tensor(${show(this.shape)}, ${this.dtype}, ${this.backend.name})`;
  }
}

/** Numbers in nested arrays, e.g. `[[1, 2], [3, 4]]`. */
export type Nested = number | readonly Nested[];

/** What numbers a tensor holds, and where. */
export interface TensorOptions {
  /** `float32` unless named; `float64` tensors always live on the reference backend, the only one that has them. */
  readonly dtype?: DType;
  /** The default backend unless named (`useBackend`). */
  readonly backend?: Backend;
}

/**
 * A tensor from nested arrays, or from flat numbers and a shape; the numbers are copied.
 * Throws InputError when the nesting is ragged, the count does not fit the shape, or the dtype is not known.
 */
export function tensor(values: Nested | FloatArray, shape?: Shape, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(values) && !isFloats(values)) {
    throw new InputError(
      `tensor: values are ${shown(values)}, expected numbers in nested arrays, a Float32Array or a Float64Array.`,
    );
  }
  const flat = isFloats(values) ? values : flatten(values);
  const actual = [
    ...checkShape('tensor', shape ?? (isFloats(values) ? [values.length] : nestedShape(values))),
  ];
  if (flat.length !== sizeOf(actual)) {
    throw new InputError(
      `tensor: values hold ${flat.length} numbers, expected ${sizeOf(actual)} for shape ${show(actual)}.`,
    );
  }
  const { dtype, backend: home } = resolve(options);
  const own = dtype === 'float64' ? Float64Array.from(flat) : Float32Array.from(flat);
  return new Tensor(Storage.fromValues(home, dtype, own), actual);
}

/** A tensor of zeros. Throws InputError for a shape that is not of integers ≥ 0. */
export const zeros = (shape: Shape, options: TensorOptions = {}): Tensor => full(shape, 0, options);

/** A tensor of ones. Throws InputError for a shape that is not of integers ≥ 0. */
export const ones = (shape: Shape, options: TensorOptions = {}): Tensor => full(shape, 1, options);

/** A tensor that holds `value` everywhere. Throws InputError for a shape that is not of integers ≥ 0. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  const own = [...checkShape('full', shape)];
  if (typeof value !== 'number') throw new InputError(`full: value is ${shown(value)}, expected a number.`);
  const { dtype, backend: home } = resolve(options);
  const values = dtype === 'float64' ? new Float64Array(sizeOf(own)) : new Float32Array(sizeOf(own));
  return new Tensor(Storage.fromValues(home, dtype, values.fill(value)), own);
}

let nextId = 0;

function resolve(options: TensorOptions): { dtype: DType; backend: Backend } {
  expectOptions('tensor', options, ['dtype', 'backend']);
  const dtype = options.dtype ?? 'float32';
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new InputError(`tensor: dtype is ${shown(dtype)}, expected 'float32' or 'float64'.`);
  }
  const home = options.backend ?? (dtype === 'float64' ? backend('reference') : defaultBackend());
  if (typeof home.mark !== 'function') {
    throw new InputError(`tensor: backend is ${shown(home)}, expected one such as backend('wasm') gives.`);
  }
  if (dtype === 'float64' && home.name !== 'reference') {
    throw new InputError(
      `tensor: dtype is float64 and backend is ${home.name}, expected the reference backend for float64.`,
    );
  }
  return { dtype, backend: home };
}

const isFloats = (values: unknown): values is FloatArray =>
  values instanceof Float32Array || values instanceof Float64Array;

function nestedShape(values: Nested): number[] {
  const shape: number[] = [];
  for (let level = values; typeof level !== 'number'; level = level[0]) {
    if (!Array.isArray(level)) {
      throw new InputError(`tensor: values hold ${shown(level)}, expected numbers in nested arrays.`);
    }
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function flatten(values: Nested): number[] {
  const shape = nestedShape(values);
  const flat: number[] = [];
  const visit = (level: Nested, depth: number): void => {
    if (typeof level === 'number') {
      if (depth !== shape.length)
        throw new InputError('tensor: values are ragged: a number stands where a row was expected.');
      flat.push(level);
      return;
    }
    if (!Array.isArray(level)) {
      throw new InputError(`tensor: values hold ${shown(level)}, expected numbers in nested arrays.`);
    }
    if (level.length !== shape[depth]) {
      throw new InputError(
        `tensor: values are ragged: a row of ${level.length} stands where ${shape[depth] ?? 'a number'} was expected.`,
      );
    }
    for (const inner of level) visit(inner, depth + 1);
  };
  visit(values, 0);
  return flat;
}
