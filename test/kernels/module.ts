import * as kernels from '../../kernels/reference.ts';
import { type Build as BuildName, moduleBytes } from '../../src/backends/wasm/moduleBytes.ts';

/** An argument of a kernel: an array that it may read and write, or a number. */
export type Argument = Float32Array | Float64Array | Int32Array | Int8Array | number;

type Kernel = (...args: Argument[]) => number | undefined;

export type KernelName = keyof typeof kernels;

/** The reference kernels by name. */
export const reference = { ...kernels } as unknown as Record<KernelName, Kernel>;

/** Their names. */
export const kernelNames = Object.keys(reference) as KernelName[];

/** One instantiated WebAssembly build. */
export interface Build {
  readonly name: string;
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
}

/** The builds that this engine runs: base, and relaxed where it has relaxed SIMD. */
export const builds: Build[] = [instantiate('base')];
if (WebAssembly.validate(moduleBytes('relaxed'))) builds.push(instantiate('relaxed'));

function instantiate(name: BuildName): Build {
  const memory = new WebAssembly.Memory({ initial: 256 });
  const module = new WebAssembly.Module(moduleBytes(name));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { name, exports, memory };
}

/** Runs a reference kernel on float64 copies of float32 arrays; returns its result and the arrays after it. */
export function runReference(name: KernelName, args: Argument[]): { result: unknown; arrays: Argument[] } {
  const arrays = args.map((arg) =>
    arg instanceof Float32Array ? Float64Array.from(arg) : typeof arg === 'number' ? arg : arg.slice(),
  );
  return { result: reference[name](...arrays), arrays };
}

const guard = 0x7fc0dead;
const guardWords = 6;

/**
 * Runs a WebAssembly kernel on copies of the arguments and returns its result and the arrays after it. Float32
 * arrays start `skew` elements after a multiple of 16 bytes; throws if a word around an array was written.
 */
export function runWasm(
  build: Build,
  name: KernelName,
  args: Argument[],
  skew = 1,
): { result: unknown; arrays: Argument[] } {
  const { exports, memory } = build;
  const words = new Int32Array(memory.buffer);
  let next = (exports['heapBase'] as WebAssembly.Global).value / 4;
  const places = args.map((arg) => {
    if (typeof arg === 'number') return -1;
    const length = arg.byteLength / 4;
    const start = Math.ceil((next + guardWords) / 4) * 4 + (arg instanceof Float64Array ? 0 : skew);
    words.fill(guard, next, start);
    words.set(new Int32Array(arg.buffer, arg.byteOffset, length), start);
    next = start + length;
    return start;
  });
  words.fill(guard, next, next + guardWords);
  const result = (exports[name] as Kernel)(
    ...args.map((arg, i) => (typeof arg === 'number' ? arg : places[i] * 4)),
  );
  let end = (exports['heapBase'] as WebAssembly.Global).value / 4;
  const arrays = args.map((arg, i) => {
    if (typeof arg === 'number') return arg;
    for (; end < places[i]; end++)
      if (words[end] !== guard) throw new Error(`${name} wrote outside argument ${i}`);
    end += arg.byteLength / 4;
    const copy = arg.slice();
    new Int32Array(copy.buffer).set(words.subarray(places[i], end));
    return copy;
  });
  for (; end < next + guardWords; end++)
    if (words[end] !== guard) throw new Error(`${name} wrote past its arguments`);
  return { result, arrays };
}

/** How far a float32 result may be from the float64 one: relative to it, and absolute. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export const exact: Tolerance = { relative: 0, absolute: 0 };
export const rounded: Tolerance = { relative: 3e-7, absolute: 1e-37 };

/** Throws unless every build agrees with the reference on these arguments in each float array and in the result. */
export function expectAgreement(
  name: KernelName,
  args: Argument[],
  tolerance: Tolerance = rounded,
  skew = 1,
): void {
  const wanted = runReference(name, args);
  for (const build of builds) {
    const found = runWasm(build, name, args, skew);
    if (typeof wanted.result === 'number') {
      expectClose(`${build.name} ${name}`, [found.result as number], [wanted.result], tolerance);
    }
    args.forEach((arg, i) => {
      if (!(arg instanceof Float32Array)) return;
      expectClose(
        `${build.name} ${name} argument ${i}`,
        found.arrays[i] as Float32Array,
        wanted.arrays[i] as Float64Array,
        tolerance,
      );
    });
  }
}

/** `expectAgreement` with an error of at most `relative` times the largest element of each array: for sums that cancel. */
export function expectCloseToLargest(name: KernelName, args: Argument[], relative: number, skew = 1): void {
  const wanted = runReference(name, args);
  for (const build of builds) {
    const found = runWasm(build, name, args, skew);
    args.forEach((arg, i) => {
      if (!(arg instanceof Float32Array)) return;
      const target = wanted.arrays[i] as Float64Array;
      // A few numbers may all cancel to less than the terms of size 1 that they are made of, whose rounding stays.
      const largest = target.reduce((max, value) => Math.max(max, Math.abs(value)), 0.1);
      expectClose(`${build.name} ${name} argument ${i}`, found.arrays[i] as Float32Array, target, {
        relative: 0,
        absolute: relative * largest,
      });
    });
  }
}

/** Throws unless `found` is within the tolerance of `wanted`, element by element; NaN and ±∞ must be the same. */
export function expectClose(
  what: string,
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { relative, absolute }: Tolerance,
): void {
  for (let i = 0; i < wanted.length; i++) {
    const target = Math.fround(wanted[i]);
    if (Object.is(found[i], target) || found[i] === target) continue;
    const error = Math.abs(found[i] - wanted[i]);
    if (!(error <= relative * Math.abs(wanted[i]) + absolute)) {
      throw new Error(`${what}: element ${i} is ${found[i]}, the reference has ${wanted[i]}`);
    }
  }
}

/** `n` reproducible values, roughly normal with this deviation (the sum of uniform ones). */
export function randomValues(n: number, seed: number, deviation = 1): Float32Array {
  const next = randomBits(seed);
  return Float32Array.from({ length: n }, () => {
    const sum = (next() + next() + next() + next()) / 2 ** 32;
    return (sum - 2) * Math.sqrt(3) * deviation;
  });
}

/** `n` reproducible integers in 0 … bound − 1. */
export function randomIntegers(n: number, bound: number, seed: number): Int32Array {
  const next = randomBits(seed);
  return Int32Array.from({ length: n }, () => Math.floor((next() / 2 ** 32) * bound));
}

/** A 32-bit xorshift generator (Marsaglia, 2003). */
function randomBits(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x2545f491 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
