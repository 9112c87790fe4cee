import { InputError } from '../errors.ts';
import { blockCirculant } from '../maps/blockCirculant.ts';
import { blockDiagonal } from '../maps/blockDiagonal.ts';
import { circulant, skewCirculant } from '../maps/circulant.ts';
import { dense } from '../maps/dense.ts';
import { diagonalPlusLowRank } from '../maps/diagonalPlusLowRank.ts';
import { hashed } from '../maps/hashed.ts';
import { kronecker } from '../maps/kronecker.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import { lowRank } from '../maps/lowRank.ts';
import { sharedLowRank } from '../maps/sharedLowRank.ts';
import { toeplitz } from '../maps/toeplitz.ts';
import { toeplitzLike } from '../maps/toeplitzLike.ts';
import type { MapSpec } from './spec.ts';

/** A map with numbers of its own. */
export type OwnMapSpec = Exclude<MapSpec, { readonly tied: string }>;

/**
 * The map that a configuration names for a place, from `inSize` values to `gates` gates of `hidden` values each.
 * Throws InputError naming the place for a kind that is not known or sizes that do not fit.
 */
export function mapFromSpec(
  place: string,
  spec: OwnMapSpec,
  inSize: number,
  hidden: number,
  gates: number,
): LinearMap {
  try {
    return made(spec, inSize, hidden, gates);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${place}: ${error.message}`, { cause: error });
  }
}

function made(spec: OwnMapSpec, inSize: number, hidden: number, gates: number): LinearMap {
  const outSize = gates * hidden;
  if (spec === 'dense') return dense(inSize, outSize);
  if (spec === 'circulant') return circulant(inSize, outSize, gates);
  if (spec === 'skewCirculant') return skewCirculant(inSize, outSize, gates);
  if (spec === 'toeplitz') return toeplitz(inSize, outSize, gates);
  if (spec === 'blockDiagonal') return blockDiagonal(inSize, outSize, gates);
  if (typeof spec === 'object' && spec !== null) {
    checkKeys(spec);
    if ('lowRank' in spec) return lowRank(inSize, outSize, spec.lowRank, spec.perGate ? gates : 1);
    if ('sharedLowRank' in spec) {
      const projections = spec.perGate ? gates : 1;
      return sharedLowRank(dense(inSize, projections * spec.sharedLowRank), outSize, projections);
    }
    if ('toeplitzLike' in spec) return toeplitzLike(inSize, outSize, spec.toeplitzLike, gates);
    if ('blockCirculant' in spec) return blockCirculant(inSize, outSize, spec.blockCirculant);
    if ('hashed' in spec) return hashed(inSize, outSize, spec.hashed);
    if ('diagonalPlusLowRank' in spec) {
      return diagonalPlusLowRank(inSize, outSize, spec.diagonalPlusLowRank, gates);
    }
    if ('kronecker' in spec) return kronecker(inSize, outSize, spec.kronecker);
  }
  throw new InputError(`map is ${JSON.stringify(spec)}, expected ${words.join(', ')} or { KIND: SIZE }.`);
}

const words = ['dense', 'circulant', 'skewCirculant', 'toeplitz', 'blockDiagonal'];
const sized = [
  'lowRank',
  'sharedLowRank',
  'toeplitzLike',
  'blockCirculant',
  'hashed',
  'diagonalPlusLowRank',
  'kronecker',
];

/** One kind with its size, and `perGate` for the two that have it. */
function checkKeys(spec: object): void {
  const [kind, ...more] = Object.keys(spec).filter((key) => key !== 'perGate');
  const mayBePerGate = kind === 'lowRank' || kind === 'sharedLowRank';
  if (!sized.includes(kind) || more.length > 0 || ('perGate' in spec && !mayBePerGate)) {
    throw new InputError(
      `map is ${JSON.stringify(spec)}, expected one of ${sized.join(', ')} with its size, and perGate with the first two alone.`,
    );
  }
}
