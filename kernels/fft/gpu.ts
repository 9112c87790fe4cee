import type { Gpu, GpuBuffer } from '../launch.ts';
import { transform, transforms } from './transform.gpu.ts';

/**
 * On the GPU small structured products gather their terms instead of transforming: a spectrum holds the values that the
 * products read, v scaled by scale·n and reversed on request, in the first n of its 2n floats.
 */
export function spectrum(
  gpu: Gpu,
  count: number,
  n: number,
  _twiddles: GpuBuffer,
  v: GpuBuffer,
  spectra: GpuBuffer,
  scale: number,
  skew: number,
  reversed: number,
  _work: GpuBuffer,
): void {
  const element = reversed ? '$last - i' : 'i';
  gpu.launch({
    name: 'spectrum',
    reads: { v: [v, count * n] },
    numbers: { factor: transforms(n) ? scale : scale * n },
    constants: { n, last: n - 1 },
    threads: { k: 2 * n, row: count },
    source: transforms(n)
      ? `
const i = Math.floor((k + 0.5) / 2);
if (k - 2 * i > 0) { return 0; }
return factor * v[row * $n + ${element}];`
      : `
const i = k;
if (i >= $n) { return 0; }
return factor * v[row * $n + ${element}];`,
    writes: [[spectra, count * 2 * n]],
  });
  if (transforms(n)) transform(gpu, count, n, skew, spectra, false);
}

export function spectrumGrad(
  gpu: Gpu,
  count: number,
  n: number,
  _twiddles: GpuBuffer,
  dSpectra: GpuBuffer,
  dv: GpuBuffer,
  scale: number,
  skew: number,
  reversed: number,
  _work: GpuBuffer,
): void {
  const values = gpu.allocate(count * 2 * n);
  gpu.copy(dSpectra, values, count * 2 * n);
  if (transforms(n)) transform(gpu, count, n, skew, values, true);
  const element = reversed ? '($last - k)' : 'k';
  gpu.launch({
    name: 'spectrumGrad',
    reads: { values: [values, count * 2 * n] },
    numbers: { factor: transforms(n) ? scale : scale * n },
    constants: { n, last: n - 1 },
    threads: { k: n, row: count },
    source: `return factor * values[row * 2 * $n + ${element}${transforms(n) ? ' * 2' : ''}];`,
    writes: [[dv, count * n]],
  });
}
