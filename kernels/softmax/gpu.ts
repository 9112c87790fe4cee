import type { Gpu, GpuBuffer } from '../launch.ts';

export function softmax(gpu: Gpu, x: GpuBuffer, y: GpuBuffer, rows: number, cols: number): void {
  byRows(gpu, 'softmax', 'return Math.exp(v - largest) / sum;', x, y, rows, cols);
}

export function logSoftmax(gpu: Gpu, x: GpuBuffer, y: GpuBuffer, rows: number, cols: number): void {
  byRows(gpu, 'logSoftmax', 'return v - largest - Math.log(sum);', x, y, rows, cols);
}

function byRows(
  gpu: Gpu,
  name: string,
  result: string,
  x: GpuBuffer,
  y: GpuBuffer,
  rows: number,
  cols: number,
): void {
  gpu.launch({
    name,
    reads: { x: [x, rows * cols], norms: [normalizers(gpu, x, rows, cols), rows * 2] },
    constants: { cols },
    threads: { j: cols, row: rows },
    source: `
const v = x[row * $cols + j];
const largest = norms[row * 2];
const sum = norms[row * 2 + 1];
${result}`,
    writes: [[y, rows * cols]],
  });
}

/** For each row of x `[rows, cols]` the largest entry, and the sum of the exponentials of all entries less it: `[rows, 2]`. */
export function normalizers(gpu: Gpu, x: GpuBuffer, rows: number, cols: number): GpuBuffer {
  const norms = gpu.allocate(rows * 2);
  gpu.launch({
    name: 'normalizers',
    reads: { x: [x, rows * cols] },
    constants: { cols },
    threads: { which: 2, row: rows },
    source: `
let largest = x[row * $cols];
for (let k = 1; k < $cols; k++) { largest = Math.max(largest, x[row * $cols + k]); }
if (which === 0) { return largest; }
let sum = 0;
for (let k = 0; k < $cols; k++) { sum += Math.exp(x[row * $cols + k] - largest); }
return sum;`,
    writes: [[norms, rows * 2]],
  });
  return norms;
}
