import { keepRows } from '../circulantProduct/gpu.ts';
import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

export function toeplitzLikeProduct(
  gpu: Gpu,
  batch: number,
  n: number,
  blocks: number,
  rank: number,
  _twiddles: GpuBuffer,
  gSpectra: GpuBuffer,
  hSpectra: GpuBuffer,
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
  const terms = blocks * rank;
  if (keep) keepRows(gpu, batch, x, xRow, cols, saved);
  const inner = {
    buffer: keep ? gpu.at(saved, batch * cols) : gpu.allocate(batch * terms * n),
    row: terms * n,
    width: n,
    per: 1,
  };
  const input = { buffer: x, row: xRow, width: cols, per: terms };
  const output = { buffer: y, row: yRow, width: rows, per: rank };
  multiplyCyclic(gpu, batch, { n, terms, skew: 1, w: hSpectra }, input, inner, false);
  multiplyCyclic(gpu, batch, { n, terms, skew: 0, w: gSpectra }, inner, output, accumulate !== 0);
}

export function toeplitzLikeProductGrad(
  gpu: Gpu,
  batch: number,
  n: number,
  blocks: number,
  rank: number,
  _twiddles: GpuBuffer,
  gSpectra: GpuBuffer,
  hSpectra: GpuBuffer,
  saved: GpuBuffer,
  dy: GpuBuffer,
  dyRow: number,
  rows: number,
  dx: GpuBuffer,
  dxRow: number,
  cols: number,
  dGSpectra: GpuBuffer,
  dHSpectra: GpuBuffer,
  _work: GpuBuffer,
): void {
  const terms = blocks * rank;
  const input = { buffer: saved, row: cols, width: cols, per: terms };
  const inner = { buffer: gpu.at(saved, batch * cols), row: terms * n, width: n, per: 1 };
  const dInner = { ...inner, buffer: gpu.allocate(batch * terms * n) };
  const dOutput = { buffer: dy, row: dyRow, width: rows, per: rank };
  const dInput = { buffer: dx, row: dxRow, width: cols, per: terms };
  addCyclicGrad(gpu, batch, { n, terms, skew: 0, w: dGSpectra }, inner, dOutput);
  multiplyCyclicTransposed(gpu, batch, { n, terms, skew: 0, w: gSpectra }, dOutput, dInner, false);
  addCyclicGrad(gpu, batch, { n, terms, skew: 1, w: dHSpectra }, input, dInner);
  multiplyCyclicTransposed(gpu, batch, { n, terms, skew: 1, w: hSpectra }, dInner, dInput, true);
}
