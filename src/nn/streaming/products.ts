import { packRows } from '../../../kernels/matvec/layout.ts';
import { quantiseRows } from '../../../kernels/quantisedMatvec/layout.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import type { Tensors } from '../../autograd/grad.ts';
import type { RawBuffer } from '../../backends/index.ts';
import { multiply } from '../../linearAlgebra/matrix.ts';
import type { LinearMap } from '../../maps/linearMap.ts';
import { type Plan, productOf } from '../../maps/plan.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { spectralProduct } from './spectralProduct.ts';
import type { StreamMemory } from './streamMemory.ts';

/** One kernel on buffers that stay the same from step to step. */
export type Instruction = () => void;

/** A matrix M whose weights are laid out for one vector at a time. */
export interface Product {
  readonly outSize: number;
  /** What computes y = M x, or y += M x where `accumulate` is 1. */
  instructions(x: RawBuffer, y: RawBuffer, accumulate: 0 | 1): readonly Instruction[];
}

/** How a stream keeps the entries of matrices. */
export interface ProductOptions {
  readonly memory: StreamMemory;
  readonly isQuantised: boolean;
}

/** Entries of a matrix [rows, cols], row-major. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly values: FloatArray;
}

/**
 * A map as a product, the way that is the least work for one vector: factor by factor, with the factors multiplied out, or
 * by transforms. `wanted` overrides the choice between transforms and matrices.
 * Throws InputError when transforms are wanted of a map that has none.
 */
export function mapProduct(
  options: ProductOptions,
  map: LinearMap,
  parameters: Tensors,
  wanted?: Plan,
): Product {
  const terms = scope(() => {
    const { terms, tensors } = productOf(map, parameters, 1, wanted);
    let next = 0;
    return terms.map((term) => {
      const own = tensors.slice(next, next + (term.kind === 'factors' ? term.count : 1));
      next += own.length;
      return { term, values: own.map(matrixOf) };
    });
  });
  const products = terms.map(({ term, values }) =>
    term.kind === 'factors'
      ? factorProduct(options, values)
      : spectralProduct(options.memory, term, values[0]),
  );
  return sum(products);
}

/** The matrices that a map is the product of, the first applied first. */
export const matricesOf = (map: LinearMap, parameters: Tensors): Matrix[] =>
  scope(() => map.factors(parameters).map(matrixOf));

/** A product of matrices, the first applied first: one by one, or as one matrix where that is no more work. */
export function factorProduct(options: ProductOptions, factors: readonly Matrix[]): Product {
  const [cols, rows] = [factors[0].cols, factors[factors.length - 1].rows];
  const work = factors.reduce((total, factor) => total + factor.rows * factor.cols, 0);
  if (factors.length > 1 && rows * cols > work) {
    return inTurn(
      options,
      factors.map((factor) => matrixProduct(options, factor)),
    );
  }
  return matrixProduct(
    options,
    factors.reduce((product, factor) => ({
      rows: factor.rows,
      cols,
      values: multiply(
        Float64Array.from(factor.values),
        Float64Array.from(product.values),
        factor.rows,
        factor.cols,
        cols,
      ),
    })),
  );
}

/** Products one after the other, with a buffer between each two. */
export function inTurn({ memory }: ProductOptions, products: readonly Product[]): Product {
  const between = products.slice(0, -1).map(({ outSize }) => memory.zeros(outSize).buffer);
  return {
    outSize: products[products.length - 1].outSize,
    instructions: (x, y, accumulate) =>
      products.flatMap((product, i) => {
        const input = i === 0 ? x : between[i - 1];
        const isLast = i === products.length - 1;
        return product.instructions(input, isLast ? y : between[i], isLast ? accumulate : 0);
      }),
  };
}

/** One matrix: its entries in the dtype of the stream, or in eight bits with a scale for each row. */
export function matrixProduct({ memory, isQuantised }: ProductOptions, matrix: Matrix): Product {
  const { rows, cols, values } = matrix;
  const { kernels } = memory;
  if (isQuantised) {
    const quantised = quantiseRows(values, rows, cols);
    const [panels, scales] = [memory.weights(quantised.panels), memory.weights(quantised.scales)];
    const work = memory.integers(cols);
    return {
      outSize: rows,
      instructions: (x, y, accumulate) => [
        () => kernels.quantisedMatvec(rows, cols, panels, scales, x, y, accumulate, work),
      ],
    };
  }
  const panels = memory.weights(packRows(values, rows, cols));
  return {
    outSize: rows,
    instructions: (x, y, accumulate) => [() => kernels.matvec(rows, cols, panels, x, y, accumulate)],
  };
}

function sum(products: readonly Product[]): Product {
  if (products.length === 1) return products[0];
  return {
    outSize: products[0].outSize,
    instructions: (x, y, accumulate) =>
      products.flatMap((product, i) => product.instructions(x, y, i === 0 ? accumulate : 1)),
  };
}

const matrixOf = (tensor: Tensor) => ({
  rows: tensor.shape[0],
  cols: tensor.size / tensor.shape[0],
  shape: tensor.shape,
  values: tensor.dataSync(),
});
