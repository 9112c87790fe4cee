import { InputError } from '../errors.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import type { CompressedPlace } from '../nn/compress.ts';
import { mapsOf } from '../nn/places.ts';
import type { RecurrentModel } from '../nn/recurrentModel.ts';

/**
 * Throws InputError, after the name of its source, about the first map whose rank is above that of any matrix of its sizes:
 * it would hold no more than the matrix, in more numbers.
 */
export function checkRanks(model: RecurrentModel, source: string): void {
  for (const [place, map] of mapsOf(model)) {
    const found = rankOf(map);
    if (found === undefined || found.rank <= Math.min(found.rows, map.inSize)) continue;
    const { rank, rows } = found;
    throw new InputError(
      `${source}: the rank of ${place} is ${rank}; expected at most ${Math.min(rows, map.inSize)}, the rank of a matrix of ${rows} × ${map.inSize}`,
    );
  }
}

/** The places that have more parameters than before, in a sentence; nothing where there are none. */
export function grownInWords(places: readonly CompressedPlace[]): string | undefined {
  const grown = places.filter(({ parametersBefore, parametersAfter }) => parametersAfter > parametersBefore);
  if (grown.length === 0) return undefined;
  return `More parameters than before: ${grown.map(({ place }) => place).join(', ')}. Smaller sizes would compress.`;
}

/** Of a product: its rank, and the rows of each of its blocks. */
function rankOf({
  structure,
  outSize,
}: LinearMap): { readonly rank: number; readonly rows: number } | undefined {
  switch (structure.kind) {
    case 'lowRank':
      return { rank: structure.rank, rows: outSize / structure.blocks };
    case 'sharedLowRank':
      return { rank: structure.projection.outSize / structure.blocks, rows: outSize / structure.blocks };
    // Its blocks are those of the diagonals.
    case 'diagonalPlusLowRank':
      return { rank: structure.rank, rows: outSize };
    default:
      return undefined;
  }
}
