import { packRows } from '../../../kernels/matvec/layout.ts';
import { quantiseRows } from '../../../kernels/quantisedMatvec/layout.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import type { Tensors } from '../../autograd/grad.ts';
import type { RawBuffer } from '../../backends/index.ts';
import type { LinearMap } from '../../maps/linearMap.ts';
import type { Naming } from '../../maps/naming.ts';
import { type Plan, productOf } from '../../maps/plan.ts';
import type { MapProduct } from '../../ops/sequenceProduct.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { isNoMoreWork, type Matrix, matrixOf, multiplied } from './matrix.ts';
import { spectralProduct, spectralWork } from './spectralProduct.ts';
import type { StreamMemory } from './streamMemory.ts';

/** One kernel on buffers that stay the same from step to step. */
export type Instruction = () => void;

/** A matrix M whose weights are laid out for one vector at a time. */
export interface Product {
  readonly outSize: number;
  /** What computes y = M x, or y += M x where `accumulate` is 1. */
  instructions(x: RawBuffer, y: RawBuffer, accumulate: 0 | 1): readonly Instruction[];
}

/** Makes the maps of a model into products; one that stands in several places is laid out once. */
export class Products {
  readonly memory: StreamMemory;
  readonly #isQuantised: boolean;
  readonly #naming: Naming;
  readonly #parameters: Tensors;
  readonly #made = new Map<LinearMap, Map<Plan | undefined, Product>>();

  /** `isQuantised` keeps matrices in 8 bits. */
  constructor(memory: StreamMemory, isQuantised: boolean, naming: Naming, parameters: Tensors) {
    this.memory = memory;
    this.#isQuantised = isQuantised;
    this.#naming = naming;
    this.#parameters = parameters;
  }

  /** Numbers of a parameter that belongs to no map, to be read at every step. */
  weights(name: string): RawBuffer {
    return this.memory.weights(this.#naming.parameter(name, this.#parameters).dataSync());
  }

  /**
   * A map, the way that is the least work for one vector: factor by factor, with the factors multiplied out, or by
   * transforms. `wanted` overrides the choice between transforms and matrices.
   * Throws InputError when transforms are wanted of a map that has none.
   */
  ofMap(map: LinearMap, wanted?: Plan): Product {
    let made = this.#made.get(map);
    if (made === undefined) {
      made = new Map();
      this.#made.set(map, made);
    }
    let product = made.get(wanted);
    if (product === undefined) {
      product = this.#make(map, wanted);
      made.set(wanted, product);
    }
    return product;
  }

  /** The matrices that a map is the product of, the first applied first; `part` takes some of the factors, or parts of them. */
  matricesOf(
    map: LinearMap,
    part: (factors: readonly Tensor[]) => readonly Tensor[] = (factors) => factors,
  ): readonly Matrix[] {
    return scope(() => part(map.factors(this.#naming.pick(map, this.#parameters))).map(matrixOf));
  }

  /** A product of matrices, the first applied first: one by one, or as one matrix where that is no more work. */
  ofMatrices(factors: readonly Matrix[]): Product {
    if (isNoMoreWork(factors)) return this.ofMatrix(multiplied(factors));
    const products = factors.map((factor) => this.ofMatrix(factor));
    return inTurn(this.memory, products);
  }

  /** One matrix: its entries in the dtype of the stream, or in eight bits with a scale for each row. */
  ofMatrix({ blocks, rows, cols, values }: Matrix): Product {
    const { backend } = this.memory;
    const block = this.#isQuantised ? this.#inEightBits : this.#inFloats;
    const all = Array.from({ length: blocks }, (_, b) =>
      block.call(this, values.subarray(b * rows * cols, (b + 1) * rows * cols), rows, cols),
    );
    return {
      outSize: blocks * rows,
      instructions: (x, y, accumulate) =>
        all.map((multiply, b) => multiply(backend.at(x, b * cols), backend.at(y, b * rows), accumulate)),
    };
  }

  #make(map: LinearMap, wanted?: Plan): Product {
    const parts = scope(() => {
      const { terms, tensors } = this.#planned(map, this.#naming.pick(map, this.#parameters), wanted);
      let next = 0;
      return terms.map((term) => {
        const own = tensors.slice(next, next + (term.kind === 'factors' ? term.count : 1));
        next += own.length;
        return term.kind === 'factors'
          ? { matrices: own.map(matrixOf) }
          : { term, shape: own[0].shape, values: own[0].dataSync() };
      });
    });
    return sum(
      parts.map((part) =>
        part.matrices === undefined
          ? spectralProduct(this.memory, part.term, part)
          : this.ofMatrices(part.matrices),
      ),
    );
  }

  /** The plan that is less work for one vector, unless one is wanted: the kernels of streams have costs of their own. */
  #planned(map: LinearMap, parameters: Tensors, wanted?: Plan): MapProduct {
    if (wanted !== undefined || map.fast === undefined)
      return productOf(map, parameters, 1, wanted ?? 'dense');
    const product = map.fast.product(parameters);
    const work = product.terms.reduce(
      (total, term, i) =>
        term.kind === 'factors' ? Infinity : total + spectralWork(term, product.tensors[i].shape),
      0,
    );
    const ofMatrix = map.macs * (this.#isQuantised ? QUANTISED_TIME : 1);
    return work < ofMatrix ? product : productOf(map, parameters, 1, 'dense');
  }

  #inFloats(values: FloatArray, rows: number, cols: number): Multiply {
    const { kernels } = this.memory;
    const panels = this.memory.weights(packRows(values, rows, cols));
    return (x, y, accumulate) => () => kernels.matvec(rows, cols, panels, x, y, accumulate);
  }

  #inEightBits(values: FloatArray, rows: number, cols: number): Multiply {
    const { kernels } = this.memory;
    const quantised = quantiseRows(values, rows, cols);
    const [panels, scales] = [this.memory.weights(quantised.panels), this.memory.weights(quantised.scales)];
    const work = this.memory.integers(cols);
    return (x, y, accumulate) => () =>
      kernels.quantisedMatvec(rows, cols, panels, scales, x, y, accumulate, work);
  }
}

/** Time of a multiply-accumulate with 8-bit weights, as measured; that of one with float32 weights is 1. */
const QUANTISED_TIME = 0.6;

type Multiply = (x: RawBuffer, y: RawBuffer, accumulate: 0 | 1) => Instruction;

/** Products one after the other, with a buffer between each two. */
function inTurn(memory: StreamMemory, products: readonly Product[]): Product {
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

function sum(products: readonly Product[]): Product {
  if (products.length === 1) return products[0];
  return {
    outSize: products[0].outSize,
    instructions: (x, y, accumulate) =>
      products.flatMap((product, i) => product.instructions(x, y, i === 0 ? accumulate : 1)),
  };
}
