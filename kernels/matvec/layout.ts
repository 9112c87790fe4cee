import type { FloatArray } from '../types.ts';

/** Rows of a matrix that `matvec` multiplies at once; what is left over is taken eight at a time. */
const wide = 24;
const narrow = 8;

/** Some consecutive rows of a matrix, laid out together. */
export interface RowPanel {
  readonly first: number;
  /** 24 or 8; rows beyond the matrix are zeros. */
  readonly width: number;
}

/** How `rows` rows are divided: into panels of 24 while there are so many, then of 8. */
export function rowPanels(rows: number): RowPanel[] {
  const panels: RowPanel[] = [];
  for (let first = 0; first < rows; first += panels[panels.length - 1].width) {
    panels.push({ first, width: rows - first >= wide ? wide : narrow });
  }
  return panels;
}

/** Rows of a matrix as laid out, with those that fill up the last panel. */
export const panelRows = (rows: number): number =>
  rowPanels(rows).reduce((total, { width }) => total + width, 0);

/**
 * A matrix [rows, cols], row-major, as `matvec` reads it: panel after panel, each [cols, width], so that the inner loop
 * reads memory in order and one number of x meets many rows.
 */
export function packRows<A extends FloatArray>(matrix: A, rows: number, cols: number): A {
  const packed = new (matrix.constructor as new (length: number) => A)(panelRows(rows) * cols);
  let next = 0;
  for (const { first, width } of rowPanels(rows)) {
    for (let j = 0; j < cols; j++) {
      for (let i = first; i < first + width; i++) packed[next++] = i < rows ? matrix[i * cols + j] : 0;
    }
  }
  return packed;
}
