import type { FloatArray } from '../../kernels/types.ts';
import type { Backend, DType, RawBuffer, Taken } from '../backends/index.ts';
import { InputError } from '../errors.ts';

/** A span of time at whose end the tensors made in it are gone. */
export interface Lifetime {
  readonly open: boolean;
}

/**
 * The numbers behind one or several tensors. They live in one of three places: in a scope's arena (`scope` set), in the
 * backend's persistent region (`persist`), or in an ordinary array, which is copied to the backend where a kernel needs it.
 */
export class Storage {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly size: number;
  /** Counts the times an optimizer wrote over these numbers; whatever is derived from a weight is keyed by it. */
  version = 0;
  /** The values, or a promise of them, when they live in an ordinary array. */
  #values: FloatArray | Promise<FloatArray> | null = null;
  #buffer: RawBuffer | null = null;
  /** What the buffer lives as long as; null for as long as this object. */
  #lifetime: Lifetime | null = null;
  #persistent = false;

  private constructor(backend: Backend, dtype: DType, size: number) {
    this.backend = backend;
    this.dtype = dtype;
    this.size = size;
  }

  /** Numbers in an ordinary array, which becomes the storage's own. */
  static fromValues(backend: Backend, dtype: DType, values: FloatArray): Storage {
    const storage = new Storage(backend, dtype, values.length);
    storage.#values = values;
    return storage;
  }

  /** Numbers that a kernel is about to write, which live as long as `lifetime`. */
  static inArena(backend: Backend, dtype: DType, size: number, lifetime: Lifetime): Storage {
    const storage = new Storage(backend, dtype, size);
    storage.#buffer = backend.allocate(size, dtype);
    storage.#lifetime = lifetime;
    return storage;
  }

  /** The buffer for kernels; values in an ordinary array are copied into the arena once for each `lifetime`. */
  buffer(lifetime: Lifetime): RawBuffer {
    if (this.#buffer !== null && (this.#lifetime === null || this.#lifetime.open)) return this.#buffer;
    this.checkLive();
    this.#buffer =
      this.#values instanceof Promise
        ? this.backend.uploadLater!(this.#values, this.size)
        : this.backend.upload(this.#values!);
    this.#lifetime = lifetime;
    return this.#buffer;
  }

  /** A copy of `size` numbers from `offset`. Throws InputError where the backend does not read at once. */
  read(offset: number, size: number): FloatArray {
    this.checkLive();
    this.#checkReadsAtOnce();
    if (this.#values !== null) return this.#array.slice(offset, offset + size);
    return this.backend.read(this.backend.at(this.#buffer!, offset), size, this.dtype);
  }

  /** A copy of `size` numbers from `offset`, as soon as they are there. Rejects when what computes them fails. */
  async readLater(offset: number, size: number): Promise<FloatArray> {
    if (this.#values !== null) return (await this.#values).slice(offset, offset + size);
    this.checkLive();
    return this.backend.readLater(this.backend.at(this.#buffer!, offset), size, this.dtype);
  }

  /** Copies the numbers from `offset` into `target`, as many as it holds, without an array between. */
  readInto(target: FloatArray, offset = 0): void {
    this.checkLive();
    this.#checkReadsAtOnce();
    if (this.#values !== null) target.set(this.#array.subarray(offset, offset + target.length));
    else this.backend.readInto(this.backend.at(this.#buffer!, offset), target);
  }

  /** Writes over all numbers and bumps the version. Throws InputError when the length differs. */
  overwrite(values: FloatArray): void {
    if (values.length !== this.size) {
      throw new InputError(`overwrite: values hold ${values.length} numbers, expected ${this.size}.`);
    }
    this.checkLive();
    if (this.#values !== null) {
      this.#values = this.dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
      this.#buffer = null;
    } else this.backend.write(this.#buffer!, values);
    this.version++;
  }

  /** Called after a kernel wrote over the buffer: bumps the version, and takes the numbers back to an ordinary array. */
  overwritten(): void {
    if (this.#values !== null) {
      this.#values = this.backend.settle(this.#taken(), this.size);
    }
    this.version++;
  }

  /**
   * Moves the numbers to the persistent region, for what lives long and is used at every step. Throws InputError for
   * numbers that a GPU still has to give.
   */
  persist(): void {
    if (this.#persistent) return;
    this.checkLive();
    const values =
      this.#values instanceof Float32Array || this.#values instanceof Float64Array ? this.#values : null;
    const buffer = this.backend.allocatePersistent(this.size, this.dtype);
    this.backend.write(buffer, values ?? this.read(0, this.size));
    this.#values = null;
    this.#buffer = buffer;
    this.#lifetime = null;
    this.#persistent = true;
    finalizers.register(this, { backend: this.backend, buffer });
  }

  get persistent(): boolean {
    return this.#persistent;
  }

  /** Whether `lifetime` owns these numbers. */
  ownedBy(lifetime: Lifetime): boolean {
    return this.#lifetime === lifetime && this.#values === null;
  }

  /** Takes the numbers out of the arena, before it is reset. */
  moveOut(): Taken {
    this.checkLive();
    return this.#taken();
  }

  /** Puts numbers taken out by `moveOut` where they live on: in the arena of `lifetime`, or in an ordinary array. */
  moveTo(lifetime: Lifetime | null, taken: Taken): void {
    if (lifetime === null) {
      this.#values = this.backend.settle(taken, this.size);
      this.#buffer = null;
      this.#lifetime = null;
    } else {
      this.#buffer = this.backend.putBack(taken);
      this.#lifetime = lifetime;
    }
  }

  /** Throws InputError when the scope that these numbers lived in has ended. */
  checkLive(): void {
    if (this.#values === null && this.#lifetime !== null && !this.#lifetime.open) {
      throw new InputError(
        'A tensor was used after the scope that made it had ended. Return it from the scope to keep it.',
      );
    }
  }

  #checkReadsAtOnce(): void {
    if (this.backend.readsAtOnce) return;
    throw new InputError(
      `Numbers on the ${this.backend.name} backend cannot be read at once, as they may still be being computed: ` +
        'use await tensor.data().',
    );
  }

  #taken(): Taken {
    return this.backend.takeOut(this.#buffer!, this.size, this.dtype);
  }

  /** The ordinary array of a backend that reads at once. */
  get #array(): FloatArray {
    return this.#values as FloatArray;
  }
}

// A safety net for parameters that are dropped, not the way memory is managed.
const finalizers = new FinalizationRegistry<{ backend: Backend; buffer: RawBuffer }>(({ backend, buffer }) =>
  backend.freePersistent(buffer),
);
