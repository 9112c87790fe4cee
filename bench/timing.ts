import * as kernels from '../kernels/reference.ts';
import { type Build, moduleBytes } from '../src/backends/wasm/moduleBytes.ts';

export type Argument = Float32Array | Float64Array | Int32Array | Int8Array | number;
type Kernel = (...args: Argument[]) => unknown;

/** A kernel on given arguments, and how its time becomes a rate. */
export interface Case {
  readonly label: string;
  readonly kernel: string;
  readonly args: Argument[];
  /** Operations a call, in the unit that is printed per second; none where the time itself is of interest. */
  readonly work?: { amount: number; unit: string };
}

const reference = { ...kernels } as unknown as Record<string, Kernel>;
const rounds = 31;
const roundMilliseconds = 1;
const warmUpMilliseconds = 100;

/** Runs `body` with each build of the kernels that this engine can run, and says which it cannot. */
export async function eachBuild(body: (module: WebAssembly.Module, build: Build) => void): Promise<void> {
  for (const name of ['base', 'relaxed'] as const) {
    const bytes = moduleBytes(name);
    const canRun = WebAssembly.validate(bytes);
    console.log(canRun ? `\n${name} build` : `\n${name}: not run, this engine lacks relaxed SIMD`);
    if (canRun) body(await WebAssembly.compile(bytes), name);
  }
}

/** Milliseconds of one call. */
export interface Timing {
  readonly median: number;
  readonly best: number;
}

/** Checks a kernel against its reference, then times it: several rounds after a warm-up. Throws when they disagree. */
export function measure(module: WebAssembly.Module, item: Case): Timing {
  const bytes = item.args.reduce<number>(
    (sum, arg) => sum + (typeof arg === 'number' ? 0 : arg.byteLength),
    0,
  );
  const memory = new WebAssembly.Memory({ initial: 64 + Math.ceil(bytes / 65536) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  let next = (exports['heapBase'] as WebAssembly.Global).value as number;
  let skew = 0;
  const places = item.args.map((arg) => {
    if (typeof arg === 'number') return arg;
    // Buffers a power of two apart would share cache sets.
    const place = Math.ceil(next / 64) * 64 + 64 * skew++;
    new Uint8Array(memory.buffer).set(new Uint8Array(arg.buffer, arg.byteOffset, arg.byteLength), place);
    next = place + arg.byteLength;
    return place;
  });
  const kernel = exports[item.kernel] as (...args: number[]) => unknown;
  kernel(...places);
  check(item, memory, places);

  return timed(() => kernel(...places));
}

/** Times what is called, in several rounds of so many milliseconds after a warm-up. */
export function timed(
  call: () => unknown,
  { warmUp = warmUpMilliseconds, round = roundMilliseconds } = {},
): Timing {
  const run = (calls: number) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / calls;
  };
  let calls = 1;
  while (run(calls) * calls < round) calls *= 2;
  for (const start = performance.now(); performance.now() - start < warmUp; ) run(calls);
  const times = Array.from({ length: rounds }, () => run(calls));
  times.sort((a, b) => a - b);
  return { median: times[rounds >> 1], best: times[0] };
}

function check({ label, kernel, args }: Case, memory: WebAssembly.Memory, places: number[]): void {
  const wanted = args.map((arg) => (arg instanceof Float32Array ? Float64Array.from(arg) : arg));
  reference[kernel](...wanted);
  wanted.forEach((target, i) => {
    if (!(args[i] instanceof Float32Array)) return;
    const found = new Float32Array(memory.buffer, places[i], (target as Float64Array).length);
    const largest = (target as Float64Array).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    (target as Float64Array).forEach((value, j) => {
      if (!(Math.abs(found[j] - value) <= 1e-5 * (1 + largest))) {
        throw new Error(`${label}: element ${j} of argument ${i} is ${found[j]}, the reference has ${value}`);
      }
    });
  });
}

/** Reproducible values in −1 … 1. */
export function values(n: number, seed: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * (seed + 0.618) * 12.9898));
}
