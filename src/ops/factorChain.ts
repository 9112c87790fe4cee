import { packedSize } from '../../kernels/matmul/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type FactorSizes, factorSizes } from './sequenceShapes.ts';

/**
 * A weight matrix as a product of factors, M = F_k ⋯ F_1 (F_i: [out_i, in_i], or block-diagonal, see `factorSizes`),
 * applied to a batch of rows at every time step of a fused sequence op: y_t = x_t Mᵀ. A dense matrix is one factor, a
 * low-rank one two. Factors are packed once for the whole sequence, and weight gradients are single products over all
 * T·B rows.
 */
export class FactorChain {
  readonly #context: OpContext;
  readonly #batch: number;
  readonly #links: readonly Link[];
  /** What stands between factor i and i + 1, [T, B, out_i] each: saved by the forward pass for the backward pass. */
  readonly saved: readonly Tensor[];

  private constructor(
    context: OpContext,
    factors: readonly Tensor[],
    batch: number,
    between: readonly Tensor[],
    direction: 'forward' | 'backward',
  ) {
    this.#context = context;
    this.#batch = batch;
    this.saved = between;
    const after = direction === 'forward' ? between : between.map((tensor) => context.allocate(tensor.shape));
    this.#links = factors.map((factor, i) => ({
      shape: factor.shape,
      ...factorSizes(factor.shape),
      panels: pack(context, factor, direction === 'forward'),
      after: i < between.length ? rowsOfSteps(context, after[i]) : [],
    }));
  }

  /** For the forward pass over `time` steps. */
  static forward(context: OpContext, factors: readonly Tensor[], time: number, batch: number): FactorChain {
    const between = factors
      .slice(0, -1)
      .map(({ shape }) => context.allocate([time, batch, factorSizes(shape).outSize]));
    return new FactorChain(context, factors, batch, between, 'forward');
  }

  /** For the backward pass, given what the forward pass saved. */
  static backward(
    context: OpContext,
    factors: readonly Tensor[],
    batch: number,
    between: readonly Tensor[],
  ): FactorChain {
    return new FactorChain(context, factors, batch, between, 'backward');
  }

  /** y = x Mᵀ at time `step`, or y += x Mᵀ. */
  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void {
    const last = this.#links.length - 1;
    let input = x;
    for (let i = 0; i < last; i++) {
      const link = this.#links[i];
      this.#multiply(link, link.rows, link.cols, input, link.after[step], 0);
      input = link.after[step];
    }
    const link = this.#links[last];
    this.#multiply(link, link.rows, link.cols, input, y, accumulate ? 1 : 0);
  }

  /** dx = dy M at time `step`, or dx += dy M. */
  backward(step: number, dy: RawBuffer, dx: RawBuffer, accumulate: boolean): void {
    let grad = dy;
    for (let i = this.#links.length - 1; i > 0; i--) {
      const link = this.#links[i];
      const output = this.#links[i - 1].after[step];
      this.#multiply(link, link.cols, link.rows, grad, output, 0);
      grad = output;
    }
    const [link] = this.#links;
    this.#multiply(link, link.cols, link.rows, grad, dx, accumulate ? 1 : 0);
  }

  /**
   * Gradients of the factors, summed over the time steps from `first` on, after `backward` of each. The rows of the
   * chain's input in these steps may lie in several places; `dy` [T, B, out] is of all steps.
   */
  weightGrads(inputs: readonly Rows[], dy: RawBuffer, first = 0): Tensor[] {
    const context = this.#context;
    const skipped = first * this.#batch;
    return this.#links.map(({ shape, blocks, rows: m, cols: n, outSize, inSize, after }, i) => {
      const grad = context.allocate(shape);
      const into = context.buffer(grad);
      const outGrad = i === this.#links.length - 1 ? dy : after[0];
      let sources = inputs;
      if (i > 0) {
        const before = this.saved[i - 1];
        const rows = before.size / inSize - skipped;
        sources = [{ buffer: context.at(context.buffer(before), skipped * inSize), rows }];
      }
      let row = skipped;
      sources.forEach(({ buffer, rows }, source) => {
        for (let b = 0; b < blocks; b++) {
          const [from, x] = [context.at(outGrad, row * outSize + b * m), context.at(buffer, b * n)];
          const to = context.at(into, b * m * n);
          const accumulate = source > 0 ? 1 : 0;
          context.kernels.matmul(m, n, rows, from, 1, outSize, x, inSize, 1, to, n, accumulate);
        }
        row += rows;
      });
      return grad;
    });
  }

  /** y = or += x Pᵀ for each block of a link's packed matrix, k values of x and n of y. */
  #multiply(
    { blocks, panels }: Link,
    n: number,
    k: number,
    x: RawBuffer,
    y: RawBuffer,
    accumulate: number,
  ): void {
    const { kernels } = this.#context;
    if (blocks === 1) {
      kernels.matmulPacked(this.#batch, n, k, x, k, 1, panels, y, n, accumulate);
      return;
    }
    for (let b = 0; b < blocks; b++) {
      const [from, to] = [this.#context.at(x, b * k), this.#context.at(y, b * n)];
      const own = this.#context.at(panels, b * packedSize(k, n));
      kernels.matmulPacked(this.#batch, n, k, from, blocks * k, 1, own, to, blocks * n, accumulate);
    }
  }
}

/** A factor at work in one direction. */
interface Link extends FactorSizes {
  readonly shape: Shape;
  /** The factor, transposed for the forward pass, as `matmulPacked` reads it. */
  readonly panels: RawBuffer;
  /** The rows of each step behind this factor, or their gradients; none behind the last. */
  readonly after: readonly RawBuffer[];
}

/** Consecutive rows of a chain's input. */
export interface Rows {
  readonly buffer: RawBuffer;
  readonly rows: number;
}

/** The rows of each step of a sequence [T, B, ·]. */
export function rowsOfSteps(context: OpContext, sequence: Tensor): RawBuffer[] {
  const buffer = context.buffer(sequence);
  const [time] = sequence.shape;
  return Array.from({ length: time }, (_, step) => context.at(buffer, (step * sequence.size) / time));
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
