import fc from 'fast-check';
import type { Tensors } from '../autograd/grad.ts';
import { blockCirculant } from '../maps/blockCirculant.ts';
import { blockDiagonal } from '../maps/blockDiagonal.ts';
import { circulant, skewCirculant } from '../maps/circulant.ts';
import { dense } from '../maps/dense.ts';
import { diagonalPlusLowRank } from '../maps/diagonalPlusLowRank.ts';
import { hashed } from '../maps/hashed.ts';
import { kronecker } from '../maps/kronecker.ts';
import { allParameters, initialValues, type LinearMap } from '../maps/linearMap.ts';
import { lowRank } from '../maps/lowRank.ts';
import { sharedLowRank } from '../maps/sharedLowRank.ts';
import { toeplitz } from '../maps/toeplitz.ts';
import { toeplitzLike } from '../maps/toeplitzLike.ts';
import { random } from '../tensor/random.ts';
import { tensor } from '../tensor/tensor.ts';

export interface MapSizes {
  /** Largest side of a map, or of one of its blocks, and largest rank; 9 unless given. */
  readonly side?: number;
  /** Most blocks on top of each other, or along a side; 4 unless given. */
  readonly blocks?: number;
}

/**
 * Arbitraries of linear maps by their kind, one for every kind and for shared projections of several kinds: random sides,
 * ranks and blocks, rectangles of either form. They shrink to smaller ones, and failures print as the call that makes them.
 */
export function linearMapKinds({
  side = 9,
  blocks: most = 4,
}: MapSizes = {}): Readonly<Record<string, fc.Arbitrary<LinearMap>>> {
  const size = fc.integer({ min: 1, max: side });
  const few = fc.integer({ min: 1, max: most });
  const three = fc.tuple(size, size, size);
  /** Input size, output size and number of blocks on top of each other. */
  const stacked = fc.tuple(size, size, few).map(([n, rows, blocks]) => [n, rows * blocks, blocks] as const);
  const ranked = fc.tuple(stacked, few).map(([[n, m, blocks], rank]) => [n, m, rank, blocks] as const);
  return {
    dense: fc.tuple(size, size).map(called('dense', dense)),
    lowRank: three.map(called('lowRank', lowRank)),
    'lowRank for each block': ranked.map(called('lowRank', lowRank)),
    circulant: stacked.map(called('circulant', circulant)),
    skewCirculant: stacked.map(called('skewCirculant', skewCirculant)),
    toeplitz: stacked.map(called('toeplitz', toeplitz)),
    toeplitzLike: ranked.map(called('toeplitzLike', toeplitzLike)),
    blockCirculant: fc
      .tuple(few, few, few)
      .map(([across, down, block]) => [across * block, down * block, block] as const)
      .map(called('blockCirculant', blockCirculant)),
    blockDiagonal: fc
      .tuple(few, few, few)
      .map(([across, down, blocks]) => [across * blocks, down * blocks, blocks] as const)
      .map(called('blockDiagonal', blockDiagonal)),
    hashed: fc.tuple(size, size, size, fc.nat()).map(called('hashed', hashed)),
    diagonalPlusLowRank: ranked.map(called('diagonalPlusLowRank', diagonalPlusLowRank)),
    kronecker: fc
      .tuple(few, few, few, few)
      .map(
        ([rows, cols, innerRows, innerCols]) => [cols * innerCols, rows * innerRows, [rows, cols]] as const,
      )
      .map(called('kronecker', kronecker)),
    'sharedLowRank over dense': shared(fc.tuple(size, size).map(called('dense', dense)), size),
    'sharedLowRank over lowRank': shared(three.map(called('lowRank', lowRank)), size),
    'sharedLowRank over circulant': shared(fc.tuple(size, size).map(called('circulant', circulant)), size),
    'sharedLowRank for each block': fc
      .tuple(size, few, few, few)
      .map(([n, rank, rows, blocks]) => {
        const projection = called('dense', dense)([n, rank * blocks]);
        return [projection, rows * blocks, blocks] as const;
      })
      .map(called('sharedLowRank', sharedLowRank)),
  };
}

/** All parameters of a map and of its parts as they are initialised from a seed, by the names that the map knows, in float64. */
export const mapParameters = (map: LinearMap, seed: number): Tensors =>
  Object.fromEntries(
    Object.entries(allParameters(map)).map(([name, spec]) => [
      name,
      tensor(initialValues(spec, random(seed, name)), spec.shape, { dtype: 'float64' }),
    ]),
  );

const shared = (projections: fc.Arbitrary<LinearMap>, size: fc.Arbitrary<number>) =>
  fc.tuple(projections, size).map(called('sharedLowRank', sharedLowRank));

/** Makes a map of arguments, and lets fast-check print it as the call: `circulant(3, 8, 2)`. */
function called<A extends readonly unknown[], M extends LinearMap>(name: string, make: (...args: A) => M) {
  return (args: Readonly<A>): M => {
    const inner = args.map((argument) => fc.stringify(argument).replaceAll(',', ', ')).join(', ');
    return Object.defineProperty(make(...(args as A)), fc.toStringMethod, {
      value: () => `${name}(${inner})`,
    });
  };
}
