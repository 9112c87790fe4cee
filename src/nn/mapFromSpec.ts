import { InputError } from '../errors.ts';
import { circulant } from '../maps/circulant.ts';
import { dense } from '../maps/dense.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import { lowRank } from '../maps/lowRank.ts';
import { sharedLowRank } from '../maps/sharedLowRank.ts';
import type { MapSpec } from './spec.ts';

/** Gates of an LSTM; structured kinds make one matrix for each. */
const GATES = 4;

/** The map that a configuration names, from `inSize` values to all gates. Throws InputError for a kind that is not known. */
export function mapFromSpec(spec: MapSpec, inSize: number, outSize: number): LinearMap {
  if (spec === 'dense') return dense(inSize, outSize);
  if (spec === 'circulant') return circulant(inSize, outSize, GATES);
  if ('lowRank' in spec) return lowRank(inSize, outSize, spec.lowRank);
  if ('sharedLowRank' in spec) return sharedLowRank(dense(inSize, spec.sharedLowRank), outSize);
  throw new InputError(
    `map is ${JSON.stringify(spec)}, expected dense, circulant, lowRank or sharedLowRank.`,
  );
}
