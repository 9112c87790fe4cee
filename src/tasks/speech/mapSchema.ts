import { z } from 'zod';
import type { LayerSpec, MapSpec } from '../../nn/spec.ts';

/** The structure of a recurrent matrix: `dense`, `circulant`, `{ lowRank: r }` or `{ sharedLowRank: p }`. */
export function recurrentMap(largestRank: number) {
  return mapSchema<MapSpec>(['lowRank', 'sharedLowRank'], largestRank);
}

/** The structure of an input matrix: as a recurrent one's, but a shared projection is declared by the layer below. */
export function inputMap(largestRank: number) {
  return mapSchema<NonNullable<LayerSpec['input']>>(['lowRank'], largestRank);
}

const words = ['dense', 'circulant'];

/** Written by hand rather than as a union of schemas, so that the message is about the form that was meant. */
function mapSchema<Spec extends MapSpec>(factored: readonly string[], largestRank: number) {
  const allowed = [...words, ...factored.map((kind) => `{ ${kind}: rank }`)].join(' or ');
  return z.custom<Spec>().superRefine((value: unknown, context) => {
    const refuse = (message: string, path: string[] = []) =>
      context.addIssue({ code: 'custom', message, path });
    if (typeof value === 'string' && words.includes(value)) return;
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const kind = keys[0];
    if (keys.length !== 1 || kind === undefined) {
      refuse(allowed);
    } else if (kind === 'sharedLowRank' && !factored.includes(kind)) {
      refuse(
        `${allowed}; the layer below declares the projection that this input shares, as its recurrent map`,
      );
    } else if (!factored.includes(kind)) {
      refuse(allowed);
    } else {
      const rank = (value as Record<string, unknown>)[kind];
      if (!Number.isInteger(rank) || (rank as number) < 1 || (rank as number) > largestRank) {
        refuse(`a whole number from 1 to ${largestRank}`, [kind]);
      }
    }
  });
}
