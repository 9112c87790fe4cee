import { panelRows, rowPanels } from '../matvec/layout.ts';
import type { FloatArray } from '../types.ts';

/** The largest quantised weight. */
export const largestWeight = 127;

/** A matrix of 8-bit integers, each row with a scale of its own. */
export interface QuantisedRows {
  /** The rows in the panels of `rowPanels`, each [⌈cols / 2⌉, width, 2]: columns in pairs, zeros where one is missing. */
  readonly panels: Int8Array;
  /** What one unit of a row is worth, [rows]. */
  readonly scales: Float64Array;
}

/** A matrix [rows, cols], row-major, as `quantisedMatvec` reads it: w ≈ scale · q with |q| ≤ 127, the row's largest at 127. */
export function quantiseRows(matrix: FloatArray, rows: number, cols: number): QuantisedRows {
  const scales = Float64Array.from({ length: rows }, (_, i) => {
    let largest = 0;
    for (let j = 0; j < cols; j++) largest = Math.max(largest, Math.abs(matrix[i * cols + j]));
    return largest / largestWeight;
  });
  const pairs = Math.ceil(cols / 2);
  const panels = new Int8Array(panelRows(rows) * pairs * 2);
  let next = 0;
  for (const { first, width } of rowPanels(rows)) {
    for (let pair = 0; pair < pairs; pair++) {
      for (let i = first; i < first + width; i++) {
        for (let j = 2 * pair; j < 2 * pair + 2; j++, next++) {
          // A row of zeros has scale 0.
          if (i < rows && j < cols && scales[i] > 0)
            panels[next] = Math.round(matrix[i * cols + j] / scales[i]);
        }
      }
    }
  }
  return { panels, scales };
}
