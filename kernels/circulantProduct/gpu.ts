import { copyStrided } from '../copy/gpu.ts';
import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

export function circulantProduct(
  gpu: Gpu,
  batch: number,
  n: number,
  blocks: number,
  skew: number,
  _twiddles: GpuBuffer,
  spectra: GpuBuffer,
  x: GpuBuffer,
  xRow: number,
  cols: number,
  y: GpuBuffer,
  yRow: number,
  rows: number,
  accumulate: number,
  saved: GpuBuffer,
  keep: number,
  _work: GpuBuffer,
): void {
  if (keep) keepRows(gpu, batch, x, xRow, cols, saved);
  const shared = { buffer: x, row: xRow, width: cols, per: blocks };
  const results = { buffer: y, row: yRow, width: rows, per: 1 };
  multiplyCyclic(gpu, batch, { n, terms: blocks, skew, w: spectra }, shared, results, accumulate !== 0);
}

export function circulantProductGrad(
  gpu: Gpu,
  batch: number,
  n: number,
  blocks: number,
  skew: number,
  _twiddles: GpuBuffer,
  spectra: GpuBuffer,
  saved: GpuBuffer,
  dy: GpuBuffer,
  dyRow: number,
  rows: number,
  dx: GpuBuffer,
  dxRow: number,
  cols: number,
  dSpectra: GpuBuffer,
  _work: GpuBuffer,
): void {
  const input = { buffer: saved, row: cols, width: cols, per: blocks };
  const dOutput = { buffer: dy, row: dyRow, width: rows, per: 1 };
  const dInput = { buffer: dx, row: dxRow, width: cols, per: blocks };
  addCyclicGrad(gpu, batch, { n, terms: blocks, skew, w: dSpectra }, input, dOutput);
  multiplyCyclicTransposed(gpu, batch, { n, terms: blocks, skew, w: spectra }, dOutput, dInput, true);
}

/** The input itself is what the gradient needs: saved = x, `[batch, cols]`. */
export function keepRows(
  gpu: Gpu,
  batch: number,
  x: GpuBuffer,
  xRow: number,
  cols: number,
  saved: GpuBuffer,
): void {
  const [shape, from, to] = [
    [batch, cols],
    [xRow, 1],
    [cols, 1],
  ].map((values) => gpu.integers(values));
  copyStrided(gpu, 2, shape, x, 0, from, saved, 0, to);
}
