import { InputError } from '../errors.ts';
import { rowsOfBlock } from './blocks.ts';
import type { LinearMap } from './linearMap.ts';
import type { StructureOf } from './structure.ts';

/** A map of the form Z P whose projection P others use as well. */
export interface SharedLowRank extends LinearMap {
  readonly structure: StructureOf<'sharedLowRank'>;
}

/**
 * Z P, where the projection P: [p, in] is shared: a layer's recurrence U = Z_h P and the next layer's input W = Z_x P
 * are two such maps over the same `projection` object, whose parameters exist once (Lu, Sindhwani & Sainath 2016, §3.2).
 * Each of `blocks` parts of the output, such as an LSTM's gates, reads its own p / blocks of the projected values: Z is
 * block-diagonal, and every part has a projection of its own. Throws InputError for sizes below 1 or blocks that do not
 * divide.
 */
export function sharedLowRank(projection: LinearMap, outSize: number, blocks = 1): SharedLowRank {
  const rows = rowsOfBlock('sharedLowRank', projection.inSize, outSize, blocks);
  const rank = projection.outSize / blocks;
  if (!Number.isInteger(rank)) {
    throw new InputError(
      `sharedLowRank: blocks is ${blocks}, expected a divisor of the ${projection.outSize} projected values.`,
    );
  }
  const z = { shape: blocks === 1 ? [rows, rank] : [blocks, rows, rank], deviation: Math.sqrt(1 / rank) };
  return {
    kind: blocks === 1 ? `sharedLowRank(${rank})` : `sharedLowRank(${rank}, per gate)`,
    structure: { kind: 'sharedLowRank', projection, blocks },
    inSize: projection.inSize,
    outSize,
    parameters: { z },
    parts: { projection },
    macs: projection.macs + outSize * rank,
    factors: (parameters) => [...projection.factors(partParameters('projection', parameters)), parameters.z],
  };
}

/** Whether a map's projection can be shared with what reads the same state. */
export const isSharedLowRank = (map: LinearMap): map is SharedLowRank =>
  map.structure.kind === 'sharedLowRank';

function partParameters<T>(part: string, parameters: Readonly<Record<string, T>>): Record<string, T> {
  const prefix = `${part}.`;
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
