import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/** A map of the form Z P whose projection P others use as well. */
export interface SharedLowRank extends LinearMap {
  readonly parts: { readonly projection: LinearMap };
}

/**
 * Z P, where the projection P: [p, in] is shared: a layer's recurrence U = Z_h P and the next layer's input W = Z_x P
 * are two such maps over the same `projection` object, whose parameters exist once (Lu, Sindhwani & Sainath 2016, §3.2).
 * Throws InputError for sizes below 1.
 */
export function sharedLowRank(projection: LinearMap, outSize: number): SharedLowRank {
  checkSizes('sharedLowRank', { outSize });
  const rank = projection.outSize;
  return {
    kind: `sharedLowRank(${rank})`,
    inSize: projection.inSize,
    outSize,
    parameters: { z: { shape: [outSize, rank], deviation: Math.sqrt(1 / rank) } },
    parts: { projection },
    macs: projection.macs + rank * outSize,
    factors: (parameters) => [...projection.factors(partParameters('projection', parameters)), parameters.z],
  };
}

/** Whether a map's projection can be shared with what reads the same state. */
export const isSharedLowRank = (map: LinearMap): map is SharedLowRank => map.parts?.projection !== undefined;

function partParameters<T>(part: string, parameters: Readonly<Record<string, T>>): Record<string, T> {
  const prefix = `${part}.`;
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
