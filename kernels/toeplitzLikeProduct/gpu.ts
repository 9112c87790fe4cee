import { keepRows, spectralRows } from '../circulantProduct/gpu.ts';
import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import { transforms } from '../fft/gpu.ts';
import { addCorrelations, loadPairs, multiplySpectra, pairsOf, storePairs } from '../fft/spectral.gpu.ts';
import { transform } from '../fft/transform.gpu.ts';
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
    const pairs = pairsOf(batch);
    const kept = keep ? saved : gpu.allocate(pairs * (1 + terms) * 2 * n);
    const [transformed, inner] = [
      { buffer: kept, parts: 1 },
      { buffer: gpu.at(kept, pairs * 2 * n), parts: terms },
    ];
    loadPairs(gpu, batch, n, input, transformed);
    transform(gpu, pairs, n, 1, transformed.buffer, false);
    multiplySpectra(gpu, batch, n, terms, hSpectra, transformed, inner, false);
    transform(gpu, pairs * terms, n, 1, inner.buffer, true);
    transform(gpu, pairs * terms, n, 0, inner.buffer, false);
    const sums = spectralRows(gpu, batch, n, blocks);
    multiplySpectra(gpu, batch, n, terms, gSpectra, inner, sums, false);
    transform(gpu, pairs * blocks, n, 0, sums.buffer, true);
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
    const pairs = pairsOf(batch);
    const [transformed, inner] = [
      { buffer: saved, parts: 1 },
      { buffer: gpu.at(saved, pairs * 2 * n), parts: terms },
    ];
    const [dSums, dInner, dTransformed] = [blocks, terms, 1].map((parts) =>
      spectralRows(gpu, batch, n, parts),
    );
    loadPairs(gpu, batch, n, dOutput, dSums);
    transform(gpu, pairs * blocks, n, 0, dSums.buffer, false);
    addCorrelations(gpu, batch, n, terms, inner, dSums, dGSpectra);
    multiplySpectra(gpu, batch, n, terms, gSpectra, dSums, dInner, true);
    transform(gpu, pairs * terms, n, 0, dInner.buffer, true);
    transform(gpu, pairs * terms, n, 1, dInner.buffer, false);
    addCorrelations(gpu, batch, n, terms, transformed, dInner, dHSpectra);
    multiplySpectra(gpu, batch, n, terms, hSpectra, dInner, dTransformed, true);
    transform(gpu, pairs, n, 1, dTransformed.buffer, true);
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
