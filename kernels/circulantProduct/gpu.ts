import { copyStrided } from '../copy/gpu.ts';
import { addCyclicGrad, multiplyCyclic, multiplyCyclicTransposed } from '../fft/cyclic.gpu.ts';
import { transforms } from '../fft/gpu.ts';
import {
  addCorrelations,
  loadPairs,
  multiplySpectra,
  pairsOf,
  type Spectral,
  storePairs,
} from '../fft/spectral.gpu.ts';
import { transform } from '../fft/transform.gpu.ts';
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
    const input = { buffer: keep ? saved : gpu.allocate(pairsOf(batch) * 2 * n), parts: 1 };
    loadPairs(gpu, batch, n, shared, input);
    transform(gpu, pairsOf(batch), n, skew, input.buffer, false);
    const products = spectralRows(gpu, batch, n, blocks);
    multiplySpectra(gpu, batch, n, blocks, spectra, input, products, false);
    transform(gpu, pairsOf(batch) * blocks, n, skew, products.buffer, true);
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
    transform(gpu, pairsOf(batch) * blocks, n, skew, dProducts.buffer, false);
    addCorrelations(gpu, batch, n, blocks, { buffer: saved, parts: 1 }, dProducts, dSpectra);
    const sum = spectralRows(gpu, batch, n, 1);
    multiplySpectra(gpu, batch, n, blocks, spectra, dProducts, sum, true);
    transform(gpu, pairsOf(batch), n, skew, sum.buffer, true);
    storePairs(gpu, batch, n, sum, dInput, true);
    return;
  }
  const input = { buffer: saved, row: cols, width: cols, per: blocks };
  addCyclicGrad(gpu, batch, { n, terms: blocks, skew, w: dSpectra }, input, dOutput);
  multiplyCyclicTransposed(gpu, batch, { n, terms: blocks, skew, w: spectra }, dOutput, dInput, true);
}

export const spectralRows = (gpu: Gpu, batch: number, n: number, parts: number): Spectral => ({
  buffer: gpu.allocate(pairsOf(batch) * parts * 2 * n),
  parts,
});

/** Where terms are gathered, the input itself is what the gradient needs: saved = x, `[batch, cols]`. */
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
