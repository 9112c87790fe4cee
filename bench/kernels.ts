import { ctcWorkspaceSize } from '../kernels/ctc/layout.ts';
import { spectrumSize, transformWorkspaceSize, twiddles } from '../kernels/fft/layout.ts';
import { packedSize } from '../kernels/matmul/layout.ts';
import { packRows } from '../kernels/matvec/layout.ts';
import { quantiseRows } from '../kernels/quantisedMatvec/layout.ts';
import * as kernels from '../kernels/reference.ts';
import type { Bench } from './bench.ts';
import { type Case, eachBuild, measure, type Timing, values } from './timing.ts';

/**
 * Times the WebAssembly kernels, each after a check against its reference kernel, and prints a table: median of
 * several rounds, its rate, and the best round for machines that others use too. Throws if a kernel disagrees with its reference.
 */
export async function benchKernels({ say, figure }: Bench): Promise<void> {
  const cases = [
    ...matmulCases(),
    ...matvecCases(),
    ...spectralMatvecCases(),
    ...elementwiseCases(),
    ...recurrentCases(),
    ...weightCases(),
  ];
  await eachBuild((module, build) => {
    for (const item of cases) {
      const timing = measure(module, item);
      say(row(item, timing));
      figure({ build, name: item.label, value: 1000 * timing.median, unit: 'µs' });
    }
  });
  const untimed = Object.keys(kernels).filter((name) => !cases.some(({ kernel }) => kernel === name));
  say(`\nkernels without a case of their own: ${untimed.join(', ')}`);
}

function row({ label, work }: Case, { median, best }: Timing): string {
  const rate = work ? `${(work.amount / median / 1e6).toFixed(2).padStart(8)} ${work.unit}` : '';
  const microseconds = [median, best].map((time) => (time * 1000).toFixed(1).padStart(10));
  return `${label.padEnd(44)}${microseconds[0]} µs (best ${microseconds[1]})${rate}`;
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

/** What a stream multiplies by: a matrix and one vector, with weights in float32 and in 8 bits. */
function matvecCases(): Case[] {
  return [
    [1024, 256],
    [1024, 32],
    [32, 256],
  ].flatMap(([m, n]) => {
    const [matrix, y] = [values(m * n, 1), new Float32Array(m)];
    // Integers of which one is the largest that there are, so that quantising rounds nothing.
    const x = values(n, 2).map((value, i) => (i === 0 ? 32767 : Math.round(32767 * value)));
    const { panels, scales } = quantiseRows(matrix, m, n);
    const quantised = [m, n, panels, Float32Array.from(scales), x, y, 0, new Int32Array(n)];
    const work = { amount: 2 * m * n, unit: 'GFLOP/s' };
    return [
      { label: `matvec ${m}×${n}`, kernel: 'matvec', args: [m, n, packRows(matrix, m, n), x, y, 0], work },
      { label: `quantisedMatvec ${m}×${n}`, kernel: 'quantisedMatvec', args: quantised, work },
    ];
  });
}

/** Four gates of 256 units by transforms of one vector. */
function spectralMatvecCases(): Case[] {
  const [n, blocks, rank] = [256, 4, 2];
  const table = Float32Array.from(twiddles(n));
  const spectra = (terms: number, seed: number) =>
    values(blocks * terms * spectrumSize(n), seed).map((value) => value / n);
  const [x, y, work] = [values(n, 1), values(blocks * n, 2), new Float32Array(transformWorkspaceSize(n))];
  return [
    {
      label: 'circulantMatvec 4×256×256',
      kernel: 'circulantMatvec',
      args: [n, blocks, 0, table, spectra(1, 3), x, n, y, n, 0, work],
    },
    {
      label: 'toeplitzLikeMatvec(2) 4×256×256',
      kernel: 'toeplitzLikeMatvec',
      args: [n, blocks, rank, table, spectra(rank, 3), spectra(rank, 4), x, n, y, n, 0, work],
    },
  ];
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
      args: [
        batch,
        hidden,
        gates(),
        gates(),
        values(4 * hidden, 9),
        state(),
        state(),
        state(),
        state(),
        lengths,
        1,
      ],
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
        state(),
        lengths,
        1,
      ],
      work: { amount: batch * hidden * 3, unit: 'G activations/s' },
    },
    {
      label: 'gruCellGrad, batch 16, hidden 256',
      kernel: 'gruCellGrad',
      args: [batch, hidden, gates(), state(), state(), state(), state(), gates(), gates(), lengths, 1],
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
