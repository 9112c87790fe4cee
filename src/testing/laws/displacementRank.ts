import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { type LinearMap, toDense } from '../../maps/linearMap.ts';
import { expectDouble, inWords, LawError, type LawOptions, relative } from './checks.ts';
import { pivotsOf } from './pivots.ts';

/**
 * Every block [side, side] of the matrix has displacement Z₁M − M Z₋₁ of rank at most `rank`, Z_f the shift down by one with f
 * in its top right corner (Kailath et al. 1979). By theory 1 for circulant and skew-circulant blocks, 2 for Toeplitz ones
 * and their inverses, r for toeplitzLike(r). `side` is the map's inSize unless given, so that the blocks are those of the
 * gates; a rank is numerical: pivots of complete pivoting above the tolerance times the block's largest entry.
 * Throws InputError when `side` does not divide both sides of the map.
 */
export function displacementRank(
  map: LinearMap,
  parameters: Tensors,
  rank: number,
  { side = map.inSize, tolerance = 1e-9 }: LawOptions & { readonly side?: number } = {},
): void {
  expectDouble('displacementRank', parameters);
  if (!(side >= 1) || map.inSize % side !== 0 || map.outSize % side !== 0) {
    throw new InputError(
      `displacementRank: side is ${side}, expected a divisor of both sides of ${inWords(map)}.`,
    );
  }
  const matrix = toDense(map, parameters).dataSync();
  for (let row = 0; row < map.outSize; row += side) {
    for (let column = 0; column < map.inSize; column += side) {
      const block = Float64Array.from(
        { length: side * side },
        (_, k) => matrix[(row + Math.floor(k / side)) * map.inSize + column + (k % side)],
      );
      const size = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const pivots = pivotsOf(displacementOf(block, side), side, side);
      const next = pivots[rank] ?? 0;
      if (!(next <= tolerance * size)) {
        throw new LawError(
          `displacementRank: the block of ${inWords(map)} at row ${row}, column ${column} has a displacement with pivots ` +
            `${pivots.slice(0, rank + 2).join(', ')}: pivot ${rank + 1} is ${relative(next, size)} of the largest entry, ` +
            `above ${tolerance}; expected rank ${rank}.`,
        );
      }
    }
  }
}

/** Z₁M − M Z₋₁ of a square matrix. */
function displacementOf(matrix: Float64Array, side: number): Float64Array {
  return matrix.map((_, k) => {
    const [i, j] = [Math.floor(k / side), k % side];
    const above = matrix[((i + side - 1) % side) * side + j];
    return above - (j + 1 < side ? matrix[i * side + j + 1] : -matrix[i * side]);
  });
}
