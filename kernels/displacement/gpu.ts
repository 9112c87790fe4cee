import type { Gpu, GpuBuffer } from '../launch.ts';

/** m[i, j] = ½ Σ_k ±p[i − j + k + 1, k], minus for k < j: each entry by itself, as threads cannot follow one another. */
export function fromDisplacement(gpu: Gpu, p: GpuBuffer, m: GpuBuffer, n: number): void {
  gpu.launch({
    name: 'fromDisplacement',
    reads: { p: [p, n * n] },
    constants: { n },
    threads: { j: n, row: n },
    source: `
let sum = 0;
for (let k = 0; k < $n; k++) {
  let from = row - j + k + 1;
  if (from < 0) { from += $n; }
  if (from >= $n) { from -= $n; }
  if (k < j) { sum -= p[from * $n + k]; } else { sum += p[from * $n + k]; }
}
return sum * 0.5;`,
    writes: [[m, n * n]],
  });
}

/** dp[a, k] = ½ Σ_j ±dm[a − k − 1 + j, j], minus for j > k. */
export function fromDisplacementTranspose(gpu: Gpu, dm: GpuBuffer, dp: GpuBuffer, n: number): void {
  gpu.launch({
    name: 'fromDisplacementTranspose',
    reads: { dm: [dm, n * n] },
    constants: { n },
    threads: { k: n, row: n },
    source: `
let sum = 0;
for (let j = 0; j < $n; j++) {
  let from = row - k - 1 + j;
  if (from < 0) { from += $n; }
  if (from >= $n) { from -= $n; }
  if (j > k) { sum -= dm[from * $n + j]; } else { sum += dm[from * $n + j]; }
}
return sum * 0.5;`,
    writes: [[dp, n * n]],
  });
}
