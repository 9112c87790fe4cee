import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FactorChain, type Rows } from './factorChain.ts';
import { expectChain } from './sequenceShapes.ts';
import { SpectralSequence } from './spectralSequence.ts';

/** A matrix M as ops apply it to the rows of many time steps, y_t = x_t Mᵀ: a sum of terms, each of some tensors. */
export interface MapProduct {
  readonly terms: readonly ProductTerm[];
  readonly tensors: readonly Tensor[];
}

/** How the next tensors of a product make a matrix. */
export type ProductTerm =
  /** F_k ⋯ F_1, the first applied first. */
  | { readonly kind: 'factors'; readonly count: number }
  /** The top left [rows, cols] parts of Z_f(v_i), f = 1 or −1 (`skew`), on top of each other; one tensor, v [blocks, n]. */
  | { readonly kind: 'circulant'; readonly skew: boolean; readonly rows: number; readonly cols: number }
  /** The same of ½ Σ Z₁(g) Z₋₁(J h); one tensor, generators [blocks, 2, r, n]. */
  | { readonly kind: 'toeplitzLike'; readonly rows: number; readonly cols: number };

/** One term at work in a forward or backward pass. Buffers hold the rows of one step. */
export interface SequenceTerm {
  /** What the forward pass leaves for the backward pass. */
  readonly saved: readonly Tensor[];
  /** y = x Mᵀ, or y += x Mᵀ. */
  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void;
  /** dx = dy M, or dx += dy M. */
  backward(step: number, dy: RawBuffer, dx: RawBuffer, accumulate: boolean): void;
  /**
   * Gradients of the term's tensors over the steps from `first` on, after `backward` of each; x lies in `inputs`, dy of
   * all steps is contiguous.
   */
  weightGrads(inputs: readonly Rows[], dy: RawBuffer, first?: number): readonly Tensor[];
}

/** A list of tensors stands for the product of these factors, the first applied first. */
export const asProduct = (product: MapProduct | readonly Tensor[]): MapProduct =>
  isProduct(product) ? product : { terms: [{ kind: 'factors', count: product.length }], tensors: product };

/** A product for the forward pass over `time` steps of `batch` rows. */
export function forwardProduct(
  context: OpContext,
  terms: readonly ProductTerm[],
  tensors: readonly Tensor[],
  time: number,
  batch: number,
): SequenceTerm {
  return sum(split(terms, tensors).map(({ term, own }) => open(context, term, own, time, batch)));
}

/** A product for the backward pass, given what the forward pass saved. */
export function backwardProduct(
  context: OpContext,
  terms: readonly ProductTerm[],
  tensors: readonly Tensor[],
  time: number,
  batch: number,
  saved: readonly Tensor[],
): SequenceTerm {
  let next = 0;
  return sum(
    split(terms, tensors).map(({ term, own }) => {
      const count = savedBy(term);
      next += count;
      return open(context, term, own, time, batch, saved.slice(next - count, next));
    }),
  );
}

/** How many tensors a product saves. */
export const savedCount = (terms: readonly ProductTerm[]): number =>
  terms.reduce((total, term) => total + savedBy(term), 0);

/** How many tensors a product is made of. */
export const tensorCount = (terms: readonly ProductTerm[]): number =>
  terms.reduce((total, term) => total + tensorsOf(term), 0);

/** Throws InputError naming the op and the argument unless the product leads from `inSize` to `outSize` values. */
export function expectProduct(
  op: string,
  name: string,
  terms: readonly ProductTerm[],
  shapes: readonly Shape[],
  inSize: number,
  outSize: number,
): void {
  if (terms.length === 0 || tensorCount(terms) !== shapes.length) {
    throw new InputError(
      `${op}: ${name} has ${terms.length} terms of ${shapes.length} tensors, which do not fit.`,
    );
  }
  for (const { term, own } of split(terms, shapes)) {
    if (term.kind === 'factors') expectChain(op, name, own, inSize, outSize);
    else {
      const [blocks] = own[0];
      const n = own[0][own[0].length - 1];
      // Values [blocks, n], or generators [blocks, 2, rank, n].
      const isWhole =
        term.kind === 'circulant' ? own[0].length === 2 : own[0].length === 4 && own[0][1] === 2;
      const fits =
        term.cols === inSize && blocks * term.rows === outSize && n >= Math.max(term.rows, term.cols);
      if (!isWhole || !fits) {
        throw new InputError(
          `${op}: the ${name} ${term.kind} term of shape ${show(own[0])} with ${term.rows} rows and ${term.cols} columns ` +
            `does not lead from ${inSize} to ${outSize} values.`,
        );
      }
    }
  }
}

const isProduct = (product: MapProduct | readonly Tensor[]): product is MapProduct => 'terms' in product;

const tensorsOf = (term: ProductTerm): number => (term.kind === 'factors' ? term.count : 1);
const savedBy = (term: ProductTerm): number => (term.kind === 'factors' ? term.count - 1 : 1);

function split<T>(
  terms: readonly ProductTerm[],
  all: readonly T[],
): { term: ProductTerm; own: readonly T[] }[] {
  let next = 0;
  return terms.map((term) => {
    const first = next;
    next += tensorsOf(term);
    return { term, own: all.slice(first, next) };
  });
}

function open(
  context: OpContext,
  term: ProductTerm,
  tensors: readonly Tensor[],
  time: number,
  batch: number,
  saved?: readonly Tensor[],
): SequenceTerm {
  if (term.kind === 'factors') {
    return saved === undefined
      ? FactorChain.forward(context, tensors, time, batch)
      : FactorChain.backward(context, tensors, batch, saved);
  }
  return new SpectralSequence(context, term, tensors[0], time, batch, saved);
}

/** The sum of terms, as a term. */
function sum(terms: readonly SequenceTerm[]): SequenceTerm {
  if (terms.length === 1) return terms[0];
  return {
    saved: terms.flatMap((term) => term.saved),
    forward(step, x, y, accumulate) {
      for (const [i, term] of terms.entries()) term.forward(step, x, y, accumulate || i > 0);
    },
    backward(step, dy, dx, accumulate) {
      for (const [i, term] of terms.entries()) term.backward(step, dy, dx, accumulate || i > 0);
    },
    weightGrads: (inputs, dy, first) => terms.flatMap((term) => term.weightGrads(inputs, dy, first)),
  };
}
