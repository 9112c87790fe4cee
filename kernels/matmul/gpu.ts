import { copyStrided } from '../copy/gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

export function matmul(
  gpu: Gpu,
  m: number,
  n: number,
  k: number,
  a: GpuBuffer,
  aRow: number,
  aCol: number,
  b: GpuBuffer,
  bRow: number,
  bCol: number,
  c: GpuBuffer,
  cRow: number,
  accumulate: number,
): void {
  if (m * n === 0) return;
  const isPart = cRow !== n;
  const size = (m - 1) * cRow + n;
  const reach = (rows: number, row: number, cols: number, col: number) =>
    rows * cols === 0 ? 0 : (rows - 1) * row + (cols - 1) * col + 1;
  gpu.launch({
    name: 'matmul',
    reads: {
      a: [a, reach(m, aRow, k, aCol)],
      b: [b, reach(k, bRow, n, bCol)],
      ...(isPart || accumulate ? { c: [c, size] as const } : {}),
    },
    constants: { k, n, aRow, aCol, bRow, bCol, cRow },
    threads: { j: cRow, i: m },
    source: `
${isPart ? 'if (j >= $n) { return c[i * $cRow + j]; }' : ''}
let sum = ${accumulate ? 'c[i * $cRow + j]' : '0'};
for (let p = 0; p < $k; p++) { sum += a[i * $aRow + p * $aCol] * b[p * $bRow + j * $bCol]; }
return sum;`,
    writes: [[c, size]],
  });
}

/** On the GPU B itself, row by row, as neighbouring threads read neighbouring columns. */
export function packPanels(
  gpu: Gpu,
  k: number,
  n: number,
  b: GpuBuffer,
  bRow: number,
  bCol: number,
  packed: GpuBuffer,
): void {
  const [shape, from, to] = [
    [k, n],
    [bRow, bCol],
    [n, 1],
  ].map((values) => gpu.integers(values));
  copyStrided(gpu, 2, shape, b, 0, from, packed, 0, to);
}

export function matmulPacked(
  gpu: Gpu,
  m: number,
  n: number,
  k: number,
  a: GpuBuffer,
  aRow: number,
  aCol: number,
  packed: GpuBuffer,
  c: GpuBuffer,
  cRow: number,
  accumulate: number,
): void {
  matmul(gpu, m, n, k, a, aRow, aCol, packed, n, 1, c, cRow, accumulate);
}
