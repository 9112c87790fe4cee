import type { FloatArray } from '../types.ts';

/**
 * Copies a strided view: y[yOffset + Σ_d i_d·yStrides_d] = x[xOffset + Σ_d i_d·xStrides_d] for every index of
 * `shape` (`[rank]`, rank ≤ 16).
 *
 * Strides count elements; those of x may be 0 (broadcast) or negative (reversal). Distinct indices must lead to
 * distinct places in y, and x and y must not overlap. Rank 0 copies one element.
 */
export function copyStrided(
  rank: number,
  shape: Int32Array,
  x: FloatArray,
  xOffset: number,
  xStrides: Int32Array,
  y: FloatArray,
  yOffset: number,
  yStrides: Int32Array,
): void {
  copyFrom(0, xOffset, yOffset);

  function copyFrom(axis: number, xPosition: number, yPosition: number): void {
    if (axis === rank) {
      y[yPosition] = x[xPosition];
      return;
    }
    for (let i = 0; i < shape[axis]; i++) {
      copyFrom(axis + 1, xPosition + i * xStrides[axis], yPosition + i * yStrides[axis]);
    }
  }
}
