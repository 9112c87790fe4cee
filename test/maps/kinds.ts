import fc from 'fast-check';
import {
  blockCirculant,
  circulant,
  dense,
  diagonalPlusLowRank,
  hashed,
  initialValues,
  kronecker,
  type LinearMap,
  lowRank,
  type ParameterSpec,
  random,
  sharedLowRank,
  skewCirculant,
  type Tensors,
  tensor,
  toeplitz,
  toeplitzLike,
} from '../../src/index.ts';
import { float64 } from '../testing/values.ts';

const size = fc.integer({ min: 1, max: 9 });
const few = fc.integer({ min: 1, max: 4 });

/** A kind that stacks blocks of any sides. */
const stacked = (make: (inSize: number, outSize: number, blocks: number) => LinearMap) =>
  fc.tuple(size, size, few).map(([rows, n, blocks]) => make(n, rows * blocks, blocks));

/** Maps of every kind and of random sizes. */
export const kinds: Readonly<Record<string, fc.Arbitrary<LinearMap>>> = {
  dense: fc.tuple(size, size).map(([m, n]) => dense(n, m)),
  lowRank: fc.tuple(size, size, size).map(([m, n, r]) => lowRank(n, m, r)),
  circulant: stacked(circulant),
  skewCirculant: stacked(skewCirculant),
  toeplitz: stacked(toeplitz),
  toeplitzLike: fc
    .tuple(size, size, few, few)
    .map(([rows, n, rank, blocks]) => toeplitzLike(n, rows * blocks, rank, blocks)),
  blockCirculant: fc
    .tuple(few, few, few)
    .map(([down, across, side]) => blockCirculant(across * side, down * side, side)),
  hashed: fc.tuple(size, size, size, fc.nat()).map(([m, n, count, seed]) => hashed(n, m, count, seed)),
  diagonalPlusLowRank: fc
    .tuple(size, size, few, few)
    .map(([rows, n, rank, blocks]) => diagonalPlusLowRank(n, rows * blocks, rank, blocks)),
  kronecker: fc.tuple(few, few, few, few).map(([a, b, c, d]) => kronecker(b * d, a * c, [a, b])),
  'sharedLowRank over dense': fc.tuple(size, size, size).map(([m, n, p]) => sharedLowRank(dense(n, p), m)),
  'sharedLowRank over lowRank': fc
    .tuple(size, size, size, size)
    .map(([m, n, p, r]) => sharedLowRank(lowRank(n, p, r), m)),
  'sharedLowRank over circulant': fc
    .tuple(size, size, size)
    .map(([m, n, p]) => sharedLowRank(circulant(n, p), m)),
};

/** All parameters of a map and of its parts, under the names by which the map knows them. */
export function allSpecs(map: LinearMap): Record<string, ParameterSpec> {
  const specs: Record<string, ParameterSpec> = { ...map.parameters };
  for (const [part, inner] of Object.entries(map.parts ?? {})) {
    for (const [name, spec] of Object.entries(allSpecs(inner))) specs[`${part}.${name}`] = spec;
  }
  return specs;
}

/** Initial values of all parameters of a map, in float64. */
export function parametersOf(map: LinearMap, seed: number): Tensors {
  return Object.fromEntries(
    Object.entries(allSpecs(map)).map(([name, spec]) => [
      name,
      tensor(initialValues(spec, random(seed, name)), spec.shape, float64),
    ]),
  );
}
