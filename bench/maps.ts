import {
  circulantSavedSize,
  quickestLength,
  spectrumSize,
  toeplitzLikeSavedSize,
  transformWorkspaceSize,
  twiddles,
} from '../kernels/fft/layout.ts';
import { packedSize } from '../kernels/matmul/layout.ts';
import type { Bench } from './bench.ts';
import { type Argument, eachBuild, measure, values } from './timing.ts';

/**
 * Times the products of structured maps beside the dense one of the same size, each after a check against its reference:
 * best rounds, in µs. Says from which size on each is quicker than the dense one, and whether the limits are kept.
 */
export async function benchMaps({ say, figure }: Bench): Promise<void> {
  await eachBuild((module, build) => {
    for (const batch of [64, 16]) {
      say(`\nproducts of ${batch} rows; with the gradients of input and weights after the +`);
      const rows = sizes.flatMap((n) => timesOf(module, batch, n));
      for (const row of rows) {
        say(inWords(row));
        const name = `${row.kind} ${row.n}, ${batch} rows`;
        figure({ build, name, value: row.forward, unit: 'µs' });
        figure({ build, name: `${name}, with gradients`, value: row.both, unit: 'µs' });
      }
      for (const line of crossovers(rows)) say(line);
      if (batch === 64) for (const line of judged(module, rows)) say(line);
    }
  });
}

const sizes = [16, 32, 64, 128, 256, 500, 512, 1024, 4096];

/** Microseconds of a product: forward, and forward with both gradients. */
interface Time {
  readonly forward: number;
  readonly both: number;
}

/** The times of one kind of n×n matrix. */
export interface MapTime extends Time {
  readonly kind: string;
  readonly n: number;
  /** Those of the dense matrix of that size. */
  readonly dense: Time;
}

/** The dense input gradient is a product like the forward one. */
function timesOf(module: WebAssembly.Module, batch: number, n: number): MapTime[] {
  const time = (kernel: string, args: Argument[]) =>
    1000 * measure(module, { label: `${kernel} n=${n}`, kernel, args }).best;
  const [x, y] = [values(batch * n, 1), values(batch * n, 2)];
  const rows = { x: [x, n, n] as const, y: [y, n, n] as const };
  const weights = values(packedSize(n, n), 3);
  const forward = time('matmulPacked', [batch, n, n, x, n, 1, weights, y, n, 0]);
  const weightGradient = time('matmul', [n, n, batch, y, 1, n, x, n, 1, values(n * n, 3), n, 1]);
  const dense = { forward, both: 2 * forward + weightGradient };

  /** Products by transforms of `points` points; `count` and `spectra` as the kernel takes them. */
  const transformed = (
    kernel: 'circulantProduct' | 'toeplitzLikeProduct',
    points: number,
    count: number,
    spectra: () => Float32Array[],
    savedSize: number,
  ): Time => {
    const [table, work] = [
      Float32Array.from(twiddles(points)),
      new Float32Array(transformWorkspaceSize(points)),
    ];
    const given = [
      ...[batch, points, 1, count, table],
      ...spectra().map((values) => values.map((v) => v / points)),
    ];
    const saved = values(savedSize, 5);
    const product = time(kernel, [...given, ...rows.x, ...rows.y, 0, saved, 1, work]);
    const gradient = [...given, saved, ...rows.y, ...rows.x, ...spectra(), work];
    return { forward: product, both: product + time(`${kernel}Grad`, gradient) };
  };
  const circulant = (points: number) =>
    transformed(
      'circulantProduct',
      points,
      0,
      () => [values(spectrumSize(points), 4)],
      circulantSavedSize(batch, points),
    );
  const toeplitzLike = (rank: number) =>
    transformed(
      'toeplitzLikeProduct',
      n,
      rank,
      () => [6, 7].map((seed) => values(rank * spectrumSize(n), seed)),
      toeplitzLikeSavedSize(batch, n, 1, rank),
    );
  return [
    { kind: 'dense', n, ...dense, dense },
    { kind: 'circulant', n, ...circulant(n), dense },
    { kind: 'toeplitz', n, ...circulant(quickestLength(2 * n - 1)), dense },
    ...[1, 2, 4, 8].map((rank) => ({ kind: `toeplitzLike(${rank})`, n, ...toeplitzLike(rank), dense })),
  ];
}

const forwardRatio = ({ dense, forward }: MapTime): number => dense.forward / forward;
const bothRatio = ({ dense, both }: MapTime): number => dense.both / both;

function inWords(row: MapTime): string {
  const [forward, both] = [row.forward, row.both].map((time) => time.toFixed(1).padStart(9));
  const times = `${`${row.kind} ${row.n}`.padEnd(24)}${forward} µs, + ${both} µs`;
  if (row.kind === 'dense') return times;
  return `${times}   ${forwardRatio(row).toFixed(1)}×, + ${bothRatio(row).toFixed(1)}×`;
}

/** From which size on each kind is quicker than the dense one. */
function crossovers(rows: readonly MapTime[]): string[] {
  const kinds = [...new Set(rows.map(({ kind }) => kind))].filter((kind) => kind !== 'dense');
  return kinds.map((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const from = (ratio: (row: MapTime) => number): string => {
      const slower = own.findLastIndex((row) => ratio(row) <= 1);
      return slower + 1 < own.length ? `n = ${own[slower + 1].n}` : `no n up to ${own[slower].n}`;
    };
    return `${`${kind} is quicker`.padEnd(28)}from ${from(forwardRatio)}, + ${from(bothRatio)}`;
  });
}

/** What products of 64 rows have to keep, on the build without fused multiply-add. */
const limits: readonly { what: string; kind: string; isKept: (row: MapTime) => boolean }[] = [
  {
    what: 'at most 100 µs, and a seventh of dense',
    kind: 'circulant',
    isKept: (row) => row.forward <= 100 && forwardRatio(row) >= 7,
  },
  {
    what: '2.5× dense forward, 3.5× with gradients',
    kind: 'toeplitzLike(4)',
    isKept: (row) => forwardRatio(row) >= 2.5 && bothRatio(row) >= 3.5,
  },
];

/** On a machine that others use too a limit may need another try. */
const tries = 3;

function judged(module: WebAssembly.Module, rows: readonly MapTime[]): string[] {
  let own = rows.filter(({ n }) => n === 512);
  const isKept = ({ kind, isKept }: (typeof limits)[number]) => isKept(own.find((row) => row.kind === kind)!);
  for (let done = 1; done < tries && !limits.every(isKept); done++) own = timesOf(module, 64, 512);
  return limits.map((limit) => {
    const row = own.find(({ kind }) => kind === limit.kind)!;
    return `limit of ${inWords(row)}: ${limit.what}: ${isKept(limit) ? 'kept' : 'MISSED'}`;
  });
}
