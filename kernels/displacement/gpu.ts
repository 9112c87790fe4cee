import type { Gpu, GpuBuffer } from '../launch.ts';

/** m[i, j] = ½ Σ_k ±p[i − j + k + 1, k], minus for k < j. */
export const fromDisplacement = (gpu: Gpu, p: GpuBuffer, m: GpuBuffer, n: number): void =>
  signedDiagonalSums(gpu, 'fromDisplacement', p, m, n, 1, 'k < col');

/** dp[a, k] = ½ Σ_j ±dm[a − k − 1 + j, j], minus for j > k. */
export const fromDisplacementTranspose = (gpu: Gpu, dm: GpuBuffer, dp: GpuBuffer, n: number): void =>
  signedDiagonalSums(gpu, 'fromDisplacementTranspose', dm, dp, n, -1, 'k > col');

/**
 * y[row, col] = ½ Σ_k ±x[row − col + shift + k, k], rows counted cyclically, with a minus where `isNegative` of k and col.
 *
 * Entries of one diagonal are sums of the same values, but for the signs. As threads cannot follow one another, √n values
 * are added up at a time, so that an entry is made of √n sums and of √n values: n² √n additions in place of n³.
 */
function signedDiagonalSums(
  gpu: Gpu,
  name: string,
  x: GpuBuffer,
  y: GpuBuffer,
  n: number,
  shift: 1 | -1,
  isNegative: string,
): void {
  const width = Math.ceil(Math.sqrt(n));
  const blocks = Math.ceil(n / width);
  const sums = gpu.allocate(blocks * n);
  gpu.launch({
    name: 'diagonalBlocks',
    reads: { x: [x, n * n] },
    constants: { n, width },
    threads: { d: n, block: blocks },
    source: `
let sum = 0;
for (let i = 0; i < $width; i++) {
  const k = block * $width + i;
  let from = d + k;
  if (from >= $n) { from -= $n; }
  if (k < $n) { sum += x[from * $n + k]; }
}
return sum;`,
    writes: [[sums, blocks * n]],
  });
  gpu.launch({
    name,
    reads: { x: [x, n * n], sums: [sums, blocks * n] },
    constants: { n, width, blocks },
    threads: { col: n, row: n },
    source: `
let d = row - col + ${shift};
if (d < 0) { d += $n; }
if (d >= $n) { d -= $n; }
const own = Math.floor((col + 0.5) / $width);
let sum = 0.0;
for (let block = 0; block < $blocks; block++) {
  const k = block * $width;
  const value = sums[block * $n + d];
  if (block !== own) { if (${isNegative}) { sum -= value; } else { sum += value; } }
}
for (let i = 0; i < $width; i++) {
  const k = own * $width + i;
  let from = d + k;
  if (from >= $n) { from -= $n; }
  if (k < $n) {
    const entry = x[from * $n + k];
    if (${isNegative}) { sum -= entry; } else { sum += entry; }
  }
}
return sum * 0.5;`,
    writes: [[y, n * n]],
  });
}
