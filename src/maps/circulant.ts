import { InputError } from '../errors.ts';
import { circulantMatrix } from '../ops/circulant.ts';
import { concat } from '../ops/concat.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * `blocks` circulant matrices on top of each other, as many as an LSTM has gates; each is the top left part of the
 * square Z₁(v) of size n = max(in, out / blocks), so there are blocks · n parameters (Cheng et al. 2015).
 * Throws InputError for sizes below 1, or when blocks does not divide `outSize`.
 */
export function circulant(inSize: number, outSize: number, blocks = 1): LinearMap {
  checkSizes('circulant', { inSize, outSize, blocks });
  if (outSize % blocks !== 0) {
    throw new InputError(`circulant: blocks is ${blocks}, expected a divisor of outSize, ${outSize}.`);
  }
  const rows = outSize / blocks;
  const n = Math.max(inSize, rows);
  return {
    kind: 'circulant',
    inSize,
    outSize,
    parameters: { v: { shape: [blocks, n], deviation: Math.sqrt(1 / inSize) } },
    // The matrix is written out once for all rows that share it and multiplied densely.
    macs: inSize * outSize,
    factors({ v }) {
      const block = (i: number) => circulantMatrix(reshape(slice(v, [i], [1]), [n]), rows, inSize);
      return [concat(Array.from({ length: blocks }, (_, i) => block(i)))];
    },
  };
}
