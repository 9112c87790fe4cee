import { add } from '../ops/add.ts';
import { multiply } from '../ops/multiply.ts';
import { sum } from '../ops/reduce.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import type { LeafKind, Tree } from './gradcheck/tree.ts';

/** A tensor, or tensors in nested records and arrays. */
export type TensorTree = Tree<Tensor>;

export const tensorKind: LeafKind<Tensor> = {
  what: 'a tensor',
  is: (value) => value instanceof Tensor,
};

/** Σ weights · outputs, the weights of all outputs one after the other: a scalar to differentiate. */
export function contraction(outputs: readonly Tensor[], weights: Float64Array): Tensor {
  let offset = 0;
  return outputs
    .map((output) => {
      const own = weights.slice(offset, offset + output.size);
      offset += own.length;
      const { shape, dtype, backend } = output;
      return sum(multiply(output, tensor(own, shape, { dtype, backend })));
    })
    .reduce(add);
}

/** How many numbers tensors hold together. */
export const totalSize = (tensors: readonly Tensor[]): number =>
  tensors.reduce((total, { size }) => total + size, 0);
