import { equalParts, joined } from '../../linearAlgebra/parts.ts';
import type { Fit } from './fit.ts';
import { nearestGenerators } from './generators.ts';

/** Generators of each block: exactly its own for a matrix of this form, otherwise a local minimum. */
export const fitToeplitzLike: Fit<'toeplitzLike'> = ({ rank, blocks }, matrix, [outSize, inSize]) => {
  const generators = equalParts(matrix, blocks).map((block) =>
    nearestGenerators(block, [outSize / blocks, inSize], rank),
  );
  return { generators: joined(generators.flatMap(({ g, h }) => [g, h])) };
};
