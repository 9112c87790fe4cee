import * as gpuKernels from '../../../kernels/gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers, GpuKernels, Part } from '../../../kernels/launch.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import { InputError } from '../../errors.ts';
import type { Backend, Kernels, RawBuffer } from '../backend.ts';
import type { Device } from './device.ts';
import { join, type Piece, type Run } from './join.ts';
import { programOf } from './program.ts';
import { Slot } from './slot.ts';
import { Texture } from './texture.ts';

/**
 * The GPU backend, float32: kernels are gpu.js's, buffers are slots of immutable textures, and every launch waits for its
 * own inputs, so that ops return at once while WebGPU's promises are pending. Numbers come back by `readLater` alone, which
 * rejects, with the op's name, when a launch that they depend on failed.
 */
export function createGpuBackend(device: Device): Backend {
  const arena: Slot[] = [];
  const constants = new Map<string, Slot>();
  let op = '';
  let zeros: Texture | null = null;

  const inArena = (slot: Slot): RawBuffer => {
    arena.push(slot);
    return addressed(slot);
  };

  const run: Run = (computation, names, pieces) => {
    const program = programOf(
      computation,
      names,
      pieces.map(({ texture }) => texture.rank),
    );
    const size = program.output.reduce((total, count) => total * count, 1);
    const where = op;
    const result = new Texture(program.output.length, size, async () => {
      try {
        const arrays = await Promise.all(pieces.map(({ texture }) => texture.ready()));
        const starts = pieces.map((piece) => piece.at);
        return await device.run(program, arrays, starts, Object.values(computation.numbers ?? {}));
      } catch (error) {
        throw error instanceof LaunchError ? error : new LaunchError(computation.name, where, error);
      } finally {
        for (const { texture } of pieces) texture.release();
      }
    });
    result.ready();
    return result;
  };

  /** One texture that holds a part, and where; held for the caller. */
  function pieceOf([buffer, size]: Part): Piece {
    const { slot, offset } = addressOf(buffer);
    if (size === 0) return { texture: zerosOf(1).hold(), at: 0 };
    if (offset + size > slot.size) {
      throw new Error(`A GPU kernel reads ${offset + size} floats of a buffer of ${slot.size}.`);
    }
    let segment = slot.covering(offset, offset + size);
    if (segment === null) {
      join(slot, zerosOf, run);
      segment = slot.covering(offset, offset + size)!;
    }
    return { texture: segment.texture.hold(), at: segment.at + offset - segment.start };
  }

  function zerosOf(size: number): Texture {
    if (zeros === null || zeros.size < size) {
      zeros?.release();
      const threads = { i: 2 ** Math.ceil(Math.log2(size)) };
      zeros = run({ name: 'zeros', threads, source: 'return 0;' }, [], []);
    }
    return zeros;
  }

  const gpu: Gpu = {
    launch(launch) {
      if (Object.values(launch.threads).some((count) => count === 0)) return;
      const result = run(launch, Object.keys(launch.reads), Object.values(launch.reads).map(pieceOf));
      let at = 0;
      for (const [buffer, size] of launch.writes) {
        write(buffer, size, result, at);
        at += size;
      }
      result.release();
    },
    copy(x, y, size) {
      if (size === 0) return;
      const { texture, at } = pieceOf([x, size]);
      write(y, size, texture, at);
      texture.release();
    },
    zero: (y, size) => size > 0 && write(y, size, zerosOf(size), 0),
    at: (buffer, elements) => at(raw(buffer), elements) as unknown as GpuBuffer,
    allocate: (size) => inArena(new Slot(size)) as unknown as GpuBuffer,
    upload: (values) => upload(values) as unknown as GpuBuffer,
    integers: (values) => uploadIntegers(values) as unknown as GpuIntegers,
    constant(name, make) {
      let slot = constants.get(name);
      if (slot === undefined) {
        const values = make();
        slot = filled(values, values.length);
        constants.set(name, slot);
      }
      return addressed(slot) as unknown as GpuBuffer;
    },
  };

  function write(buffer: GpuBuffer, size: number, texture: Texture, at: number): void {
    const { slot, offset } = addressOf(buffer);
    if (offset + size > slot.size) {
      throw new Error(`A GPU kernel writes ${offset + size} floats of a buffer of ${slot.size}.`);
    }
    slot.write(offset, offset + size, texture, at);
  }

  /** Values are sent at the first use; a kernel may need none of them. */
  function filled(values: Values, size: number): Slot {
    const slot = new Slot(size);
    if (size === 0) return slot;
    const texture = new Texture(1, size, async () => device.upload(Float32Array.from(await values)));
    slot.write(0, size, texture, 0);
    texture.release();
    return slot;
  }

  const upload = (values: FloatArray): RawBuffer => inArena(filled(values, values.length));

  function uploadIntegers(values: ArrayLike<number>): RawBuffer {
    const integers = Int32Array.from(values);
    return Object.assign(inArena(filled(Float32Array.from(integers), integers.length)), { values: integers });
  }

  async function readLater(buffer: RawBuffer, size: number): Promise<FloatArray> {
    if (size === 0) return new Float32Array(0);
    const piece = pieceOf([buffer as unknown as GpuBuffer, size]);
    const isWhole = piece.texture.size === size;
    const texture = isWhole
      ? piece.texture
      : run({ name: 'read', threads: { i: size }, source: 'return x[i];' }, ['x'], [piece]);
    try {
      return await device.read(await texture.ready());
    } finally {
      texture.release();
    }
  }

  return {
    name: 'gpu',
    description: `gpu (gpu.js, ${device.mode}: ${device.adapter})`,
    readsAtOnce: false,
    kernels: kernelsOn(gpu),
    allocate: (size) => inArena(new Slot(size)),
    allocateDoubles: (size) => inArena(new Slot(size)),
    uploadIntegers,
    upload,
    uploadLater: (values, size) => inArena(filled(values, size)),
    at,
    read: refuse,
    readInto: refuse,
    view: refuse,
    readLater,
    write(buffer, values) {
      const slot = filled(values, values.length);
      gpu.copy(addressed(slot) as unknown as GpuBuffer, buffer as unknown as GpuBuffer, values.length);
      slot.clear();
    },
    takeOut(buffer, size) {
      const slot = new Slot(size);
      gpu.copy(buffer as unknown as GpuBuffer, addressed(slot) as unknown as GpuBuffer, size);
      return addressed(slot);
    },
    putBack: (taken) => inArena(addressOf(taken as RawBuffer).slot),
    settle(taken, size) {
      const values = readLater(taken as RawBuffer, size);
      addressOf(taken as RawBuffer).slot.clear();
      // The error reaches whoever reads it.
      values.catch(() => {});
      return values;
    },
    mark: () => arena.length,
    reset(mark) {
      for (const slot of arena.splice(mark)) slot.clear();
    },
    allocatePersistent: (size) => addressed(new Slot(size)),
    uploadPersistent: (values) => addressed(filled(Float32Array.from(values), values.length)),
    freePersistent: (buffer) => addressOf(buffer).slot.clear(),
    begin(name) {
      op = name;
    },
  };
}

/** A launch that failed: which kernel of which op, and why. */
class LaunchError extends Error {
  override readonly name = 'LaunchError';

  constructor(kernel: string, op: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    super(`${op}: the GPU kernel ${kernel} failed: ${reason}`, { cause });
  }
}

type Values = FloatArray | Promise<FloatArray>;

interface Address {
  readonly slot: Slot;
  readonly offset: number;
}

const raw = (buffer: GpuBuffer): RawBuffer => buffer as unknown as RawBuffer;
const addressOf = (buffer: RawBuffer | GpuBuffer): Address => buffer as unknown as Address;
const addressed = (slot: Slot, offset = 0): RawBuffer =>
  ({ slot, offset }) as Address as unknown as RawBuffer;

function at(buffer: RawBuffer, elements: number): RawBuffer {
  const { slot, offset } = addressOf(buffer);
  return addressed(slot, offset + elements);
}

function refuse(): never {
  throw new InputError('Numbers on the GPU cannot be read at once: use await tensor.data().');
}

/** The kernels as they are called on every backend. */
function kernelsOn(gpu: Gpu): Kernels {
  const kernels: GpuKernels = gpuKernels;
  const bound = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: never[]) => (kernel as (gpu: Gpu, ...rest: never[]) => void)(gpu, ...args),
  ]);
  return Object.fromEntries(bound) as Kernels;
}
