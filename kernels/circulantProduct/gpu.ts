import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import { keepRows } from '../fft/parts.gpu.ts';
import {
  addCorrelations,
  loadPairs,
  multiplySpectra,
  spectralRows,
  storePairs,
  transformRows,
} from '../fft/spectral.gpu.ts';
import { transforms } from '../fft/transform.gpu.ts';
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
  const shared = { buffer: x, row: xRow, width: cols, per: blocks };
  const results = { buffer: y, row: yRow, width: rows, per: 1 };
  if (transforms(n)) {
    const input = keep ? { buffer: saved, parts: 1 } : spectralRows(gpu, batch, n, 1);
    loadPairs(gpu, batch, n, shared, input);
    transformRows(gpu, batch, n, skew, input, false);
    const products = spectralRows(gpu, batch, n, blocks);
    multiplySpectra(gpu, batch, n, blocks, spectra, input, products, false);
    transformRows(gpu, batch, n, skew, products, true);
    storePairs(gpu, batch, n, products, results, accumulate !== 0);
    return;
  }
  if (keep) keepRows(gpu, batch, x, xRow, cols, saved);
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
  const dOutput = { buffer: dy, row: dyRow, width: rows, per: 1 };
  const dInput = { buffer: dx, row: dxRow, width: cols, per: blocks };
  if (transforms(n)) {
    const dProducts = spectralRows(gpu, batch, n, blocks);
    loadPairs(gpu, batch, n, dOutput, dProducts);
    transformRows(gpu, batch, n, skew, dProducts, false);
    addCorrelations(gpu, batch, n, blocks, { buffer: saved, parts: 1 }, dProducts, dSpectra);
    const sum = spectralRows(gpu, batch, n, 1);
    multiplySpectra(gpu, batch, n, blocks, spectra, dProducts, sum, true);
    transformRows(gpu, batch, n, skew, sum, true);
    storePairs(gpu, batch, n, sum, dInput, true);
    return;
  }
  const input = { buffer: saved, row: cols, width: cols, per: blocks };
  addCyclicGrad(gpu, batch, { n, terms: blocks, skew, w: dSpectra }, input, dOutput);
  multiplyCyclicTransposed(gpu, batch, { n, terms: blocks, skew, w: spectra }, dOutput, dInput, true);
}
