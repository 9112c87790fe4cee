import { ctcWorkspaceSize } from '../kernels/ctc/layout.ts';
import {
  circulantSavedSize,
  spectrumSize,
  toeplitzLikeSavedSize,
  transformWorkspaceSize,
  twiddles,
} from '../kernels/fft/layout.ts';
import { packedSize } from '../kernels/matmul/layout.ts';
import * as kernels from '../kernels/reference.ts';
import { base, relaxed } from '../src/backends/wasm/binary.generated.ts';

type Argument = Float32Array | Float64Array | Int32Array | number;
type Kernel = (...args: Argument[]) => unknown;

/** A kernel on given arguments, and how its time becomes a rate. */
interface Case {
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

/**
 * Times the WebAssembly kernels, each after a check against its reference kernel, and prints a table: median of
 * several rounds, its rate, and the best round for machines that others use too. Throws if a kernel disagrees with its reference.
 */
export async function benchKernels(): Promise<void> {
  const cases = [...matmulCases(), ...elementwiseCases(), ...recurrentCases(), ...weightCases()];
  for (const [name, code] of [
    ['base', base],
    ['relaxed', relaxed],
  ] as const) {
    const bytes = Uint8Array.from(Buffer.from(code, 'base64'));
    if (!WebAssembly.validate(bytes)) {
      console.log(`\n${name}: not run, this engine lacks relaxed SIMD`);
      continue;
    }
    console.log(`\n${name} build`);
    const module = await WebAssembly.compile(bytes);
    for (const item of cases) console.log(row(item, measure(module, item)));
    for (const batch of [64, 16]) {
      console.log(
        `\n${name} build, products of ${batch} rows; with the gradients of input and weights after the +`,
      );
      for (const n of [64, 128, 256, 500, 512, 1024])
        for (const line of structured(module, batch, n)) console.log(line);
    }
  }
}

function row({ label, work }: Case, { median, best }: Timing): string {
  const rate = work ? `${(work.amount / median / 1e6).toFixed(2).padStart(8)} ${work.unit}` : '';
  const microseconds = [median, best].map((time) => (time * 1000).toFixed(1).padStart(10));
  return `${label.padEnd(44)}${microseconds[0]} µs (best ${microseconds[1]})${rate}`;
}

/** Milliseconds of one call. */
interface Timing {
  readonly median: number;
  readonly best: number;
}

function measure(module: WebAssembly.Module, item: Case): Timing {
  const memory = new WebAssembly.Memory({ initial: 1024 });
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

  const run = (calls: number) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) kernel(...places);
    return (performance.now() - start) / calls;
  };
  let calls = 1;
  while (run(calls) * calls < roundMilliseconds) calls *= 2;
  for (const start = performance.now(); performance.now() - start < warmUpMilliseconds; ) run(calls);
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

/** `[m, k]·[k, n]` with k = 256, n = 1024 (NN), the second factor stored transposed (NT), or the first (TN). */
function matmulCases(): Case[] {
  const k = 256;
  const n = 1024;
  return [256, 16, 1].flatMap((m) => {
    const a = values(m * k, 1);
    const b = values(k * n, 2);
    const c = new Float32Array(m * n);
    const work = { amount: 2 * m * n * k, unit: 'GFLOP/s' };
    const label = (form: string) => `${form} ${m}×${k}×${n}`;
    const panels = new Float32Array(packedSize(k, n));
    kernels.packPanels(k, n, b, n, 1, panels);
    return [
      { label: label('matmul NN'), kernel: 'matmul', args: [m, n, k, a, k, 1, b, n, 1, c, n, 0], work },
      { label: label('matmul NT'), kernel: 'matmul', args: [m, n, k, a, k, 1, b, 1, k, c, n, 0], work },
      { label: label('matmul TN'), kernel: 'matmul', args: [m, n, k, a, 1, m, b, n, 1, c, n, 0], work },
      {
        label: label('matmulPacked'),
        kernel: 'matmulPacked',
        args: [m, n, k, a, k, 1, panels, c, n, 0],
        work,
      },
    ];
  });
}

function elementwiseCases(): Case[] {
  const n = 16384;
  const work = { amount: n, unit: 'G elements/s' };
  const x = values(n, 3).map((v) => 6 * v);
  const y = new Float32Array(n);
  const positive = x.map((v) => Math.abs(v) + 0.01);
  const maps = ['exp', 'sigmoid', 'tanh'].map((kernel) => ({
    label: `${kernel} of ${n}`,
    kernel,
    args: [x, y, n],
    work,
  }));
  return [
    ...maps,
    { label: `log of ${n}`, kernel: 'log', args: [positive, y, n], work },
    { label: `add ${n} + ${n}`, kernel: 'add', args: [x, positive, y, n, n, n], work },
    { label: `add ${n} + row of 128`, kernel: 'add', args: [x, values(128, 4), y, n, n, 128], work },
    { label: `softmax 512×32`, kernel: 'softmax', args: [x, y, 512, 32], work },
    {
      label: `sumAxis 128×128, rows`,
      kernel: 'sumAxis',
      args: [x, new Float32Array(128), 1, 128, 128],
      work,
    },
    {
      label: 'copyStrided, transpose 128×128',
      kernel: 'copyStrided',
      args: [2, Int32Array.of(128, 128), x, 0, Int32Array.of(1, 128), y, 0, Int32Array.of(128, 1)],
      work,
    },
    { label: `dropout of ${n}`, kernel: 'dropout', args: [x, y, n, 0.3, 7], work },
    {
      label: `adam of ${n}`,
      kernel: 'adam',
      args: [n, values(n, 5), x, values(n, 6), positive, 1e-6, 0.9, 0.999, 1e-8, 0.1, 0.1, 0],
      work,
    },
  ];
}

function recurrentCases(): Case[] {
  const [batch, hidden] = [16, 256];
  const state = () => values(batch * hidden, 7);
  const gates = () => values(batch * 4 * hidden, 8);
  const lengths = new Int32Array(batch).fill(2);
  const [time, classes, labelCount] = [80, 29, 25];
  const labels = Int32Array.from({ length: batch * labelCount }, (_, i) => 1 + ((i * 7) % (classes - 1)));
  const offsets = Int32Array.from({ length: batch + 1 }, (_, b) => b * labelCount);
  return [
    {
      label: 'lstmCell, batch 16, hidden 256',
      kernel: 'lstmCell',
      args: [batch, hidden, gates(), values(4 * hidden, 9), state(), state(), state(), state(), lengths, 1],
      work: { amount: batch * hidden * 5, unit: 'G activations/s' },
    },
    {
      label: 'lstmCellGrad, batch 16, hidden 256',
      kernel: 'lstmCellGrad',
      args: [batch, hidden, gates(), state(), state(), state(), state(), gates(), lengths, 1],
    },
    {
      label: 'gruCell, batch 16, hidden 256',
      kernel: 'gruCell',
      args: [
        batch,
        hidden,
        gates(),
        gates(),
        values(3 * hidden, 9),
        values(hidden, 9),
        state(),
        state(),
        lengths,
        1,
      ],
      work: { amount: batch * hidden * 3, unit: 'G activations/s' },
    },
    {
      label: 'gruCellGrad, batch 16, hidden 256',
      kernel: 'gruCellGrad',
      args: [batch, hidden, gates(), gates(), state(), state(), state(), gates(), gates(), lengths, 1],
    },
    {
      label: 'ctc, 80 frames × 16, 25 labels, 29 classes',
      kernel: 'ctc',
      args: [
        time,
        batch,
        classes,
        values(time * batch * classes, 10),
        labels,
        offsets,
        new Int32Array(batch).fill(time),
        new Float32Array(batch),
        new Float32Array(time * batch * classes),
        new Float64Array(ctcWorkspaceSize(time, labelCount, classes)),
      ],
    },
  ];
}

/** What is computed from the weights once an update, for the four gates of an LSTM with 512 units. */
function weightCases(): Case[] {
  const n = 512;
  const [square, table, work] = [
    n * n,
    Float32Array.from(twiddles(n)),
    new Float32Array(transformWorkspaceSize(n)),
  ];
  const spectra = new Float32Array(16 * spectrumSize(n));
  return [
    {
      label: 'spectrum of 16 × 512',
      kernel: 'spectrum',
      args: [16, n, table, values(16 * n, 11), spectra, 1 / n, 1, 1, work],
    },
    {
      label: 'toeplitzMatrix 512×512',
      kernel: 'toeplitzMatrix',
      args: [values(2 * n, 12), values(square, 1), n, n],
    },
    {
      label: 'diagonalSums 512×512',
      kernel: 'diagonalSums',
      args: [values(square, 1), values(2 * n, 12), n, n],
    },
    {
      label: 'fromDisplacement 512×512',
      kernel: 'fromDisplacement',
      args: [values(square, 1), values(square, 2), n],
    },
    {
      label: 'fromDisplacementTranspose 512×512',
      kernel: 'fromDisplacementTranspose',
      args: [values(square, 1), values(square, 2), n],
    },
  ];
}

/**
 * Times of structured n×n products beside the dense ones, and how many times the dense takes as long: forward, and
 * forward with both gradients, where the dense input gradient is a product like the forward one.
 */
function structured(module: WebAssembly.Module, batch: number, n: number): string[] {
  const time = (kernel: string, args: Argument[]) =>
    measure(module, { label: `${kernel} n=${n}`, kernel, args }).median;
  const [x, y, weights] = [values(batch * n, 1), values(batch * n, 2), values(packedSize(n, n), 3)];
  const table = Float32Array.from(twiddles(n));
  const work = new Float32Array(transformWorkspaceSize(n));
  const [input, output] = [[x, n, n] as const, [y, n, n] as const];
  const line = (label: string, forward: number, both: number, dense?: { forward: number; both: number }) => {
    const [a, b] = [forward, both].map((milliseconds) => (milliseconds * 1000).toFixed(1).padStart(9));
    const ratios = dense
      ? `   ${(dense.forward / forward).toFixed(1)}×, + ${(dense.both / both).toFixed(1)}×`
      : '';
    return `${label.padEnd(24)}${a} µs, + ${b} µs${ratios}`;
  };

  const forward = time('matmulPacked', [batch, n, n, x, n, 1, weights, y, n, 0]);
  const dense = {
    forward,
    both: 2 * forward + time('matmul', [n, n, batch, y, 1, n, x, n, 1, weights, n, 1]),
  };
  const lines = [line(`dense ${n}`, dense.forward, dense.both)];
  {
    const spectra = () => values(spectrumSize(n), 4).map((v) => v / n);
    const saved = values(circulantSavedSize(batch, n), 5);
    const product = time('circulantProduct', [
      ...[batch, n, 1, 0, table, spectra(), ...input, ...output],
      ...[0, saved, 1, work],
    ]);
    const gradient = time('circulantProductGrad', [
      ...[batch, n, 1, 0, table, spectra(), saved, ...output, ...input],
      ...[spectra(), work],
    ]);
    lines.push(line(`circulant ${n}`, product, product + gradient, dense));
  }
  for (const rank of [1, 2, 4, 8]) {
    const spectra = () => values(rank * spectrumSize(n), 6).map((v) => v / n);
    const saved = values(toeplitzLikeSavedSize(batch, n, 1, rank), 7);
    const product = time('toeplitzLikeProduct', [
      ...[batch, n, 1, rank, table, spectra(), spectra(), ...input, ...output],
      ...[0, saved, 1, work],
    ]);
    const gradient = time('toeplitzLikeProductGrad', [
      ...[batch, n, 1, rank, table, spectra(), spectra(), saved, ...output, ...input],
      ...[spectra(), spectra(), work],
    ]);
    lines.push(line(`toeplitzLike(${rank}) ${n}`, product, product + gradient, dense));
  }
  return lines;
}

/** Reproducible values in −1 … 1. */
function values(n: number, seed: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * (seed + 0.618) * 12.9898));
}
