import { rowPanels } from '../matvec/layout.ts';
import type { FloatArray } from '../types.ts';
import { largestWeight } from './layout.ts';

/**
 * Product of a matrix of 8-bit integers and one vector, y = or += diag(scales) Q x (when `accumulate` is not 0): y
 * `[rows]`, x `[cols]`, and Q `[rows, cols]` with `scales` `[rows]` as `quantiseRows` lays them out.
 *
 * x is quantised as well, to integers of one step s = max |x| / levels: y_i = scale_i s Σ_j Q_ij round(x_j / s). Sums are
 * integers, exact; `levels` is 32767, or less where so many columns could sum to more than 31 bits hold. `work` has room
 * for `cols` integers. A NaN or an infinity in x gives NaN everywhere. x and y must not overlap.
 */
export function quantisedMatvec(
  rows: number,
  cols: number,
  panels: Int8Array,
  scales: FloatArray,
  x: FloatArray,
  y: FloatArray,
  accumulate: number,
  work: Int32Array,
): void {
  const levels = Math.min(32767, Math.floor((2 ** 31 - 1) / (largestWeight * Math.max(cols, 1))));
  let largest = 0;
  for (let j = 0; j < cols; j++) largest = Math.max(largest, Math.abs(x[j]));
  const step = largest / levels;
  for (let j = 0; j < cols; j++) work[j] = step > 0 ? Math.round(x[j] / step) : 0;
  const pairs = Math.ceil(cols / 2);
  for (const { first, width } of rowPanels(rows)) {
    for (let i = first; i < Math.min(first + width, rows); i++) {
      let sum = 0;
      for (let j = 0; j < cols; j++) {
        sum += panels[2 * (first * pairs + (j >> 1) * width + (i - first)) + (j & 1)] * work[j];
      }
      y[i] = (accumulate ? y[i] : 0) + sum * (scales[i] * step);
    }
  }
}
