import { InputError } from '../errors.ts';
import { gather } from '../ops/gather.ts';
import { reshape } from '../ops/reshape.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A matrix of b × b circulant blocks, out · in / b parameters (C-LSTM: Wang et al. 2018; E-RNN: Li et al. 2019).
 * Throws InputError for sizes below 1, or when b does not divide both sides.
 */
export function blockCirculant(inSize: number, outSize: number, size: number): LinearMap {
  checkSizes('blockCirculant', { inSize, outSize, size });
  if (inSize % size !== 0 || outSize % size !== 0) {
    throw new InputError(
      `blockCirculant: the block size is ${size}, expected a divisor of both inSize, ${inSize}, and outSize, ${outSize}.`,
    );
  }
  const count = (outSize * inSize) / size;
  const across = inSize / size;
  const indices = new Int32Array(outSize * inSize);
  for (let i = 0; i < outSize; i++) {
    for (let j = 0; j < inSize; j++) {
      const block = Math.floor(i / size) * across + Math.floor(j / size);
      indices[i * inSize + j] = block * size + ((i - j + inSize) % size);
    }
  }
  return {
    kind: `blockCirculant(${size})`,
    structure: { kind: 'tiedEntries', count, indices },
    inSize,
    outSize,
    parameters: { v: { shape: [count], deviation: Math.sqrt(1 / inSize) } },
    macs: inSize * outSize,
    factors: ({ v }) => [reshape(gather(v, indices), [outSize, inSize])],
  };
}
