import type { Gpu, GpuBuffer } from '../launch.ts';

export function toeplitzMatrix(gpu: Gpu, t: GpuBuffer, w: GpuBuffer, rows: number, cols: number): void {
  gpu.launch({
    name: 'toeplitzMatrix',
    reads: { t: [t, rows + cols - 1] },
    constants: { last: cols - 1 },
    threads: { j: cols, row: rows },
    source: 'return t[row - j + $last];',
    writes: [[w, rows * cols]],
  });
}

export function diagonalSums(gpu: Gpu, w: GpuBuffer, t: GpuBuffer, rows: number, cols: number): void {
  gpu.launch({
    name: 'diagonalSums',
    reads: { w: [w, rows * cols] },
    constants: { rows, cols, last: cols - 1 },
    threads: { d: rows + cols - 1 },
    source: `
let sum = 0;
for (let i = 0; i < $rows; i++) {
  const j = i - d + $last;
  if (j >= 0) { if (j < $cols) { sum += w[i * $cols + j]; } }
}
return sum;`,
    writes: [[t, rows + cols - 1]],
  });
}
