import fc from 'fast-check';
import {
  circulant,
  dense,
  initialValues,
  type LinearMap,
  lowRank,
  type ParameterSpec,
  random,
  sharedLowRank,
  type Tensors,
  tensor,
} from '../../src/index.ts';
import { float64 } from '../testing/values.ts';

const size = fc.integer({ min: 1, max: 9 });

/** Maps of every kind and of random sizes. */
export const kinds: Readonly<Record<string, fc.Arbitrary<LinearMap>>> = {
  dense: fc.tuple(size, size).map(([m, n]) => dense(n, m)),
  lowRank: fc.tuple(size, size, size).map(([m, n, r]) => lowRank(n, m, r)),
  circulant: fc.tuple(size, size, size).map(([rows, n, blocks]) => circulant(n, rows * blocks, blocks)),
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
