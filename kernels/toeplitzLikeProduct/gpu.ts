import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import { keepRows } from '../fft/parts.gpu.ts';
import {
  addCorrelations,
  loadPairs,
  multiplySpectra,
  spectralRows,
  spectralSize,
  storePairs,
  transformRows,
} from '../fft/spectral.gpu.ts';
import { transforms } from '../fft/transform.gpu.ts';
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
  const input = { buffer: x, row: xRow, width: cols, per: terms };
  const output = { buffer: y, row: yRow, width: rows, per: rank };
  if (transforms(n)) {
    const kept = keep ? saved : gpu.allocate(spectralSize(batch, n, 1 + terms));
    const [transformed, inner] = [
      { buffer: kept, parts: 1 },
      { buffer: gpu.at(kept, spectralSize(batch, n, 1)), parts: terms },
    ];
    loadPairs(gpu, batch, n, input, transformed);
    transformRows(gpu, batch, n, 1, transformed, false);
    multiplySpectra(gpu, batch, n, terms, hSpectra, transformed, inner, false);
    transformRows(gpu, batch, n, 1, inner, true);
    transformRows(gpu, batch, n, 0, inner, false);
    const sums = spectralRows(gpu, batch, n, blocks);
    multiplySpectra(gpu, batch, n, terms, gSpectra, inner, sums, false);
    transformRows(gpu, batch, n, 0, sums, true);
    storePairs(gpu, batch, n, sums, output, accumulate !== 0);
    return;
  }
  if (keep) keepRows(gpu, batch, x, xRow, cols, saved);
  const inner = {
    buffer: keep ? gpu.at(saved, batch * cols) : gpu.allocate(batch * terms * n),
    row: terms * n,
    width: n,
    per: 1,
  };
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
  const dOutput = { buffer: dy, row: dyRow, width: rows, per: rank };
  const dInput = { buffer: dx, row: dxRow, width: cols, per: terms };
  if (transforms(n)) {
    const [transformed, inner] = [
      { buffer: saved, parts: 1 },
      { buffer: gpu.at(saved, spectralSize(batch, n, 1)), parts: terms },
    ];
    const [dSums, dInner, dTransformed] = [blocks, terms, 1].map((parts) =>
      spectralRows(gpu, batch, n, parts),
    );
    loadPairs(gpu, batch, n, dOutput, dSums);
    transformRows(gpu, batch, n, 0, dSums, false);
    addCorrelations(gpu, batch, n, terms, inner, dSums, dGSpectra);
    multiplySpectra(gpu, batch, n, terms, gSpectra, dSums, dInner, true);
    transformRows(gpu, batch, n, 0, dInner, true);
    transformRows(gpu, batch, n, 1, dInner, false);
    addCorrelations(gpu, batch, n, terms, transformed, dInner, dHSpectra);
    multiplySpectra(gpu, batch, n, terms, hSpectra, dInner, dTransformed, true);
    transformRows(gpu, batch, n, 1, dTransformed, true);
    storePairs(gpu, batch, n, dTransformed, dInput, true);
    return;
  }
  const input = { buffer: saved, row: cols, width: cols, per: terms };
  const inner = { buffer: gpu.at(saved, batch * cols), row: terms * n, width: n, per: 1 };
  const dInner = { ...inner, buffer: gpu.allocate(batch * terms * n) };
  addCyclicGrad(gpu, batch, { n, terms, skew: 0, w: dGSpectra }, inner, dOutput);
  multiplyCyclicTransposed(gpu, batch, { n, terms, skew: 0, w: gSpectra }, dOutput, dInner, false);
  addCyclicGrad(gpu, batch, { n, terms, skew: 1, w: dHSpectra }, input, dInner);
  multiplyCyclicTransposed(gpu, batch, { n, terms, skew: 1, w: hSpectra }, dInner, dInput, true);
}
