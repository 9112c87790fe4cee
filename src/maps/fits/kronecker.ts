import { lowRankFactors } from '../../linearAlgebra/lowRankFactors.ts';
import type { Fit } from './fit.ts';

/**
 * With a row for each entry of A, holding the block that it scales, A ⊗ B is the outer product of the two (Van Loan &
 * Pitsianis 1993).
 */
export const fitKronecker: Fit<'kronecker'> = ({ rows, cols }, matrix, [outSize, inSize]) => {
  const [innerRows, innerCols] = [outSize / rows, inSize / cols];
  const rearranged = new Float64Array(matrix.length);
  let place = 0;
  for (let block = 0; block < rows * cols; block++) {
    const corner = Math.floor(block / cols) * innerRows * inSize + (block % cols) * innerCols;
    for (let i = 0; i < innerRows; i++) {
      for (let j = 0; j < innerCols; j++) rearranged[place++] = matrix[corner + i * inSize + j];
    }
  }
  const { left, right } = lowRankFactors(rearranged, rows * cols, innerRows * innerCols, 1);
  return { a: left, b: right };
};
