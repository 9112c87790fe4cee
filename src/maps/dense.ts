import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/** A matrix without structure: W [out, in], out · in parameters. Throws InputError for sizes below 1. */
export function dense(inSize: number, outSize: number): LinearMap {
  checkSizes('dense', { inSize, outSize });
  return {
    kind: 'dense',
    structure: { kind: 'dense' },
    inSize,
    outSize,
    parameters: { weight: { shape: [outSize, inSize], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    factors: ({ weight }) => [weight],
  };
}
