import type { Gpu, GpuBuffer } from '../launch.ts';

/**
 * On the GPU structured products gather their terms instead of transforming: a spectrum holds the values that the products
 * read, v scaled by scale·n and reversed on request, in the first n of its 2n floats.
 */
export function spectrum(
  gpu: Gpu,
  count: number,
  n: number,
  _twiddles: GpuBuffer,
  v: GpuBuffer,
  spectra: GpuBuffer,
  scale: number,
  _skew: number,
  reversed: number,
  _work: GpuBuffer,
): void {
  gpu.launch({
    name: 'spectrum',
    reads: { v: [v, count * n] },
    numbers: { factor: scale * n },
    constants: { n, last: n - 1 },
    threads: { k: 2 * n, row: count },
    source: `
if (k >= $n) { return 0; }
return factor * v[row * $n + ${reversed ? '$last - k' : 'k'}];`,
    writes: [[spectra, count * 2 * n]],
  });
}

export function spectrumGrad(
  gpu: Gpu,
  count: number,
  n: number,
  _twiddles: GpuBuffer,
  dSpectra: GpuBuffer,
  dv: GpuBuffer,
  scale: number,
  _skew: number,
  reversed: number,
  _work: GpuBuffer,
): void {
  gpu.launch({
    name: 'spectrumGrad',
    reads: { dSpectra: [dSpectra, count * 2 * n] },
    numbers: { factor: scale * n },
    constants: { n, last: n - 1 },
    threads: { k: n, row: count },
    source: `return factor * dSpectra[row * 2 * $n + ${reversed ? '$last - k' : 'k'}];`,
    writes: [[dv, count * n]],
  });
}
