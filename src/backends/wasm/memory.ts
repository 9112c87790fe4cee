import { InputError } from '../../errors.ts';

const PAGE = 65536;
const MAXIMUM_PAGES = 65536;
// Committed lazily by the engine; asking early avoids `grow`, which detaches every view.
const INITIAL_PAGES = [16384, 4096, 1024, 256];
const LINE = 64;

/**
 * The linear memory of the wasm backend: a persistent region at the bottom (parameters, optimizer state) and above it a
 * bump arena that is reset after every scope. All addresses and sizes are in bytes; blocks begin on 64-byte lines.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly #base: number;
  #persistentTop: number;
  #top: number;
  /** Persistent blocks by address, and the free ones among them. */
  readonly #blocks = new Map<number, number>();
  readonly #free = new Map<number, number>();
  #skew = 0;
  #floats: Float32Array;
  #bytes: Uint8Array;

  /** `heapBase` is exported by the module after it is instantiated on `memory`. */
  constructor(memory: WebAssembly.Memory, heapBase: number) {
    this.memory = memory;
    this.#base = roundUp(heapBase);
    this.#persistentTop = this.#base;
    this.#top = this.#base;
    this.#floats = new Float32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** A memory as large as the engine grants at once. Throws InputError where it grants none. */
  static reserve(): WebAssembly.Memory {
    for (const initial of INITIAL_PAGES) {
      try {
        return new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES });
      } catch {
        // Some engines grant less address space (32-bit, phones): ask for less.
      }
    }
    throw new InputError('The wasm backend found no room for its memory: 16 MiB were refused.');
  }

  get floats(): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer) this.#floats = new Float32Array(this.memory.buffer);
    return this.#floats;
  }

  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  get mark(): number {
    return this.#top;
  }

  reset(mark: number): void {
    // A persistent block may have been taken since, at the very bottom of the arena.
    this.#top = Math.max(mark, this.#persistentTop);
    this.#skew = 0;
  }

  /** Room in the arena, until it is reset below. */
  allocate(size: number): number {
    let address = this.#top;
    // Large buffers a power of two apart share cache sets, which costs up to 20 %: space them by a line more each time.
    if (size >= 4096) {
      this.#skew = (this.#skew + 1) & 7;
      address += LINE * this.#skew;
    }
    const end = roundUp(address + size);
    this.#ensure(end);
    this.#top = end;
    return address;
  }

  /** Room that stays. Throws when the arena is in use, because the arena begins where this region ends. */
  allocatePersistent(size: number): number {
    const needed = roundUp(Math.max(size, LINE));
    for (const [address, free] of this.#free) {
      if (free < needed) continue;
      this.#free.delete(address);
      this.#blocks.set(address, needed);
      if (free > needed) this.#free.set(address + needed, free - needed);
      return address;
    }
    if (this.#top !== this.#persistentTop) {
      throw new Error('Persistent memory can only be extended while no scope is open.');
    }
    const address = this.#persistentTop;
    this.#ensure(address + needed);
    this.#persistentTop = address + needed;
    this.#top = this.#persistentTop;
    this.#blocks.set(address, needed);
    return address;
  }

  freePersistent(address: number): void {
    let size = this.#blocks.get(address);
    if (size === undefined) throw new Error(`No persistent block begins at ${address}.`);
    this.#blocks.delete(address);
    for (const [other, otherSize] of this.#free) {
      if (other === address + size) {
        size += otherSize;
        this.#free.delete(other);
      } else if (other + otherSize === address) {
        address = other;
        size += otherSize;
        this.#free.delete(other);
      }
    }
    this.#free.set(address, size);
  }

  #ensure(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    // A quarter more than asked, so that a slowly growing program does not grow at every step; else just what is needed.
    for (const wanted of [missing + end / 4, missing]) {
      try {
        this.memory.grow(Math.ceil(wanted / PAGE));
        break;
      } catch {
        // The check below reports it with the figures.
      }
    }
    if (end > this.memory.buffer.byteLength) {
      throw new InputError(
        `The wasm backend ran out of memory: ${mebibytes(end)} MiB were needed and ` +
          `${mebibytes(this.memory.buffer.byteLength)} MiB are there. Use smaller batches, or open scopes so that ` +
          'tensors are freed.',
      );
    }
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
