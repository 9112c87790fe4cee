import type { Fit } from './fit.ts';

/** The blocks as they stand in the matrix. */
export const fitBlockDiagonal: Fit<'blockDiagonal'> = ({ blocks }, matrix, [outSize, inSize]) => {
  const [rows, cols] = [outSize / blocks, inSize / blocks];
  const weight = new Float64Array(outSize * cols);
  for (let i = 0; i < outSize; i++) {
    const from = i * inSize + Math.floor(i / rows) * cols;
    weight.set(matrix.subarray(from, from + cols), i * cols);
  }
  return { weight };
};
