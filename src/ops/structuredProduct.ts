import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { reshape } from './reshape.ts';
import {
  backwardProduct,
  expectProduct,
  forwardProduct,
  type MapProduct,
  type ProductTerm,
} from './sequenceProduct.ts';

/**
 * x Mᵀ for x [..., cols] and a matrix given as a product, without writing the matrix out; [..., outSize]. Equal to the
 * dense product; first-order gradient. Throws InputError when shapes do not fit.
 */
export function structuredProduct(x: Tensor, product: MapProduct, outSize: number): Tensor {
  const rows = reshape(x, [-1, x.shape[x.shape.length - 1]]);
  const [y] = structuredProductOp.apply([rows, ...product.tensors], { terms: product.terms, outSize });
  return reshape(y, [...x.shape.slice(0, -1), outSize]);
}

const structuredProductOp = defineOp<{ readonly terms: readonly ProductTerm[]; readonly outSize: number }>({
  name: 'structuredProduct',
  shapes([x, ...tensors], { terms, outSize }) {
    if (x.length !== 2)
      throw new InputError(`structuredProduct: x has shape ${show(x)}, expected rows [R, cols].`);
    expectProduct('structuredProduct', 'product', terms, tensors, x[1], outSize);
    return [[x[0], outSize]];
  },
  forward(context, [x, ...tensors], [y], { terms }) {
    const product = forwardProduct(context, terms, tensors, 1, x.shape[0]);
    product.forward(0, context.buffer(x), context.buffer(y), false);
    return product.saved;
  },
  backward(context, { inputs: [x, ...tensors], saved, attributes: { terms }, grads: [grad] }) {
    const product = backwardProduct(context, terms, tensors, 1, x.shape[0], saved);
    const dx = context.allocate(x.shape);
    const dy = context.buffer(grad!);
    product.backward(0, dy, context.buffer(dx), false);
    return [dx, ...product.weightGrads([{ buffer: context.buffer(x), rows: x.shape[0] }], dy)];
  },
  samples: [
    {
      shapes: [
        [3, 4],
        [2, 6],
      ],
      attributes: { terms: [{ kind: 'circulant', skew: false, rows: 6, cols: 4 }], outSize: 12 },
    },
    {
      shapes: [
        [9, 5],
        [1, 5],
      ],
      attributes: { terms: [{ kind: 'circulant', skew: true, rows: 3, cols: 5 }], outSize: 3 },
    },
    {
      shapes: [
        [3, 4],
        [2, 2, 3, 4],
      ],
      attributes: { terms: [{ kind: 'toeplitzLike', rows: 4, cols: 4 }], outSize: 8 },
    },
    {
      shapes: [
        [3, 4],
        [4, 4],
        [2, 3, 2],
      ],
      attributes: { terms: [{ kind: 'factors', count: 2 }], outSize: 6 },
    },
    {
      shapes: [
        [2, 3],
        [2, 6],
        [2, 6],
      ],
      attributes: {
        terms: [
          { kind: 'circulant', skew: false, rows: 5, cols: 3 },
          { kind: 'circulant', skew: true, rows: 5, cols: 3 },
        ],
        outSize: 10,
      },
    },
  ],
  errors: [
    {
      shapes: [
        [3, 4],
        [2, 6],
      ],
      attributes: { terms: [{ kind: 'circulant', skew: false, rows: 6, cols: 5 }], outSize: 12 },
      message: /does not lead from 4 to 12 values/,
    },
    {
      shapes: [
        [3, 4],
        [2, 1, 3, 4],
      ],
      attributes: { terms: [{ kind: 'toeplitzLike', rows: 4, cols: 4 }], outSize: 8 },
      message: /toeplitzLike term of shape \[2, 1, 3, 4\]/,
    },
  ],
});
