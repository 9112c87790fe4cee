import { InputError } from '../errors.ts';
import { concat } from '../ops/concat.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkSizes } from './checks.ts';

/**
 * Structured kinds can stack several matrices that read the same input, as an LSTM has one for each gate. Rows of one of
 * `blocks` equal parts of `outSize`. Throws InputError naming `map` unless the sizes are at least 1 and divide.
 */
export function rowsOfBlock(map: string, inSize: number, outSize: number, blocks: number): number {
  checkSizes(map, { inSize, outSize, blocks });
  if (outSize % blocks !== 0) {
    throw new InputError(`${map}: blocks is ${blocks}, expected a divisor of outSize, ${outSize}.`);
  }
  return outSize / blocks;
}

/** Stacks the matrix of each block on top of each other; `parameter` [blocks, ...] holds one entry for each. */
export function stackBlocks(parameter: Tensor, matrixOf: (block: Tensor, index: number) => Tensor): Tensor {
  const [blocks, ...shape] = parameter.shape;
  const matrices = Array.from({ length: blocks }, (_, i) =>
    matrixOf(reshape(slice(parameter, [i], [1]), shape), i),
  );
  return blocks === 1 ? matrices[0] : concat(matrices);
}
