import type { FloatArray } from '../types.ts';
import { rowPanels } from './layout.ts';

/**
 * Product of a matrix and one vector, y = M x, or y += M x when `accumulate` is not 0: y `[rows]`, x `[cols]`, and M
 * `[rows, cols]` as the panels that `packRows` lays out. An empty sum (cols = 0) is 0. x and y must not overlap.
 */
export function matvec(
  rows: number,
  cols: number,
  panels: FloatArray,
  x: FloatArray,
  y: FloatArray,
  accumulate: number,
): void {
  for (const { first, width } of rowPanels(rows)) {
    for (let i = first; i < Math.min(first + width, rows); i++) {
      let sum = accumulate ? y[i] : 0;
      for (let j = 0; j < cols; j++) sum += panels[first * cols + j * width + (i - first)] * x[j];
      y[i] = sum;
    }
  }
}
