import { packedSize } from '../../kernels/matmul/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { factorSizes } from './sequenceShapes.ts';

/**
 * A weight matrix as a product of factors, M = F_k ⋯ F_1 (F_i: [out_i, in_i], or block-diagonal, see `factorSizes`),
 * applied to a batch of rows at every time step of a fused sequence op: y_t = x_t Mᵀ. A dense matrix is one factor, a
 * low-rank one two. Factors are packed once for the whole sequence, and weight gradients are single products over all
 * T·B rows.
 */
export class FactorChain {
  readonly #context: OpContext;
  readonly #factors: readonly Tensor[];
  readonly #batch: number;
  readonly #panels: readonly RawBuffer[];
  /** What stands between factor i and i + 1, [T, B, out_i] each: saved by the forward pass for the backward pass. */
  readonly saved: readonly Tensor[];
  /** Gradients of `saved`. */
  readonly #dBetween: readonly Tensor[];

  private constructor(
    context: OpContext,
    factors: readonly Tensor[],
    batch: number,
    panels: readonly RawBuffer[],
    between: readonly Tensor[],
    dBetween: readonly Tensor[],
  ) {
    this.#context = context;
    this.#factors = factors;
    this.#batch = batch;
    this.#panels = panels;
    this.saved = between;
    this.#dBetween = dBetween;
  }

  /** For the forward pass over `time` steps. */
  static forward(context: OpContext, factors: readonly Tensor[], time: number, batch: number): FactorChain {
    const panels = factors.map((factor) => pack(context, factor, true));
    const between = factors
      .slice(0, -1)
      .map(({ shape }) => context.allocate([time, batch, factorSizes(shape).outSize]));
    return new FactorChain(context, factors, batch, panels, between, []);
  }

  /** For the backward pass, given what the forward pass saved. */
  static backward(
    context: OpContext,
    factors: readonly Tensor[],
    batch: number,
    between: readonly Tensor[],
  ): FactorChain {
    const panels = factors.map((factor) => pack(context, factor, false));
    const dBetween = between.map((tensor) => context.allocate(tensor.shape));
    return new FactorChain(context, factors, batch, panels, between, dBetween);
  }

  /** y = x Mᵀ at time `step`, or y += x Mᵀ. */
  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void {
    let input = x;
    this.#factors.forEach((factor, i) => {
      const { blocks, rows, cols } = factorSizes(factor.shape);
      const isLast = i === this.#factors.length - 1;
      const output = isLast ? y : this.#rowsAt(this.saved[i], step);
      this.#multiply(blocks, rows, cols, input, this.#panels[i], output, isLast && accumulate);
      input = output;
    });
  }

  /** dx = dy M at time `step`, or dx += dy M. */
  backward(step: number, dy: RawBuffer, dx: RawBuffer, accumulate: boolean): void {
    let grad = dy;
    for (let i = this.#factors.length - 1; i >= 0; i--) {
      const { blocks, rows, cols } = factorSizes(this.#factors[i].shape);
      const output = i === 0 ? dx : this.#rowsAt(this.#dBetween[i - 1], step);
      this.#multiply(blocks, cols, rows, grad, this.#panels[i], output, i === 0 && accumulate);
      grad = output;
    }
  }

  /**
   * Gradients of the factors, summed over all time steps, after `backward` of each. The chain's input rows may lie in
   * several places (a first state, then the states that followed); `dy` [T, B, out] is contiguous.
   */
  weightGrads(inputs: readonly Rows[], dy: RawBuffer): Tensor[] {
    const context = this.#context;
    return this.#factors.map((factor, i) => {
      const { blocks, rows: m, cols: n, outSize, inSize } = factorSizes(factor.shape);
      const grad = context.zeros(factor.shape);
      const outGrad = i === this.#factors.length - 1 ? dy : context.buffer(this.#dBetween[i]);
      const sources: readonly Rows[] =
        i === 0
          ? inputs
          : [{ buffer: context.buffer(this.saved[i - 1]), rows: this.saved[i - 1].size / inSize }];
      const into = context.buffer(grad);
      let row = 0;
      for (const { buffer, rows } of sources) {
        for (let b = 0; b < blocks; b++) {
          const [from, x] = [context.at(outGrad, row * outSize + b * m), context.at(buffer, b * n)];
          const to = context.at(into, b * m * n);
          context.kernels.matmul(m, n, rows, from, 1, outSize, x, inSize, 1, to, n, 1);
        }
        row += rows;
      }
      return grad;
    });
  }

  /** y = or += x Pᵀ for each of `blocks` parts of the rows, k values of x and n of y; P is packed. */
  #multiply(
    blocks: number,
    n: number,
    k: number,
    x: RawBuffer,
    panels: RawBuffer,
    y: RawBuffer,
    accumulate: boolean,
  ): void {
    const { kernels } = this.#context;
    for (let b = 0; b < blocks; b++) {
      const [from, to] = [this.#context.at(x, b * k), this.#context.at(y, b * n)];
      const own = this.#context.at(panels, b * packedSize(k, n));
      kernels.matmulPacked(this.#batch, n, k, from, blocks * k, 1, own, to, blocks * n, accumulate ? 1 : 0);
    }
  }

  #rowsAt(tensor: Tensor, step: number): RawBuffer {
    return this.#context.at(this.#context.buffer(tensor), step * this.#batch * tensor.shape[2]);
  }
}

/** Consecutive rows of a chain's input. */
export interface Rows {
  readonly buffer: RawBuffer;
  readonly rows: number;
}

/** A factor in the layout that `matmulPacked` reads, for x Fᵀ (`transposed`) or dy F. */
function pack(context: OpContext, factor: Tensor, transposed: boolean): RawBuffer {
  const { blocks, rows, cols } = factorSizes(factor.shape);
  const [k, n] = transposed ? [cols, rows] : [rows, cols];
  const panels = context.buffer(context.allocate([blocks * packedSize(k, n)]));
  const [row, column] = transposed ? [1, cols] : [cols, 1];
  for (let b = 0; b < blocks; b++) {
    const [from, to] = [b * rows * cols, b * packedSize(k, n)];
    const values = context.at(context.buffer(factor), from);
    context.kernels.packPanels(k, n, values, row, column, context.at(panels, to));
  }
  return panels;
}
