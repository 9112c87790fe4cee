import { concat } from '../ops/concat.ts';
import { gather } from '../ops/gather.ts';
import { negate } from '../ops/negate.ts';
import { reshape } from '../ops/reshape.ts';
import { random } from '../tensor/random.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A matrix whose entries share `count` values by a hash of their place: W_ij = s(i, j) v[h(i, j)] with a sign that is
 * hashed as well (HashedNets: Chen et al. 2015). `seed` decides the hash. Throws InputError for sizes below 1.
 */
export function hashed(inSize: number, outSize: number, count: number, seed = 0): LinearMap {
  checkSizes('hashed', { inSize, outSize, count });
  const stream = random(seed, 'hashed', outSize, inSize, count);
  // Entries are taken from v and −v, one after the other.
  const indices = Int32Array.from({ length: outSize * inSize }, () => stream.integer(2 * count));
  return {
    kind: `hashed(${count})`,
    structure: { kind: 'tiedEntries', count, indices },
    inSize,
    outSize,
    parameters: { v: { shape: [count], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    factors: ({ v }) => [reshape(gather(concat([v, negate(v)]), indices), [outSize, inSize])],
  };
}
