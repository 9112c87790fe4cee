import { copyStrided } from '../copy/gpu.ts';
import type { Gpu, GpuBuffer } from '../launch.ts';

/** Rows of a batch, each of parts of equal width; term t of a product has the part ⌊t / per⌋. */
export interface Parts {
  readonly buffer: GpuBuffer;
  /** Floats from one row to the next. */
  readonly row: number;
  readonly width: number;
  readonly per: number;
}

/** Floats from a batch's first to its last, of as many parts as `terms` have. */
export const reach = (batch: number, { row, width, per }: Parts, terms: number): number =>
  (batch - 1) * row + Math.ceil(terms / per) * width;

/** The size of rows that follow one another without a gap, as those of all results do. */
export function contiguous({ row }: Parts, size: number, batch: number): number {
  if (size !== batch * row) throw new Error('Structured products on the GPU write whole rows.');
  return size;
}

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
