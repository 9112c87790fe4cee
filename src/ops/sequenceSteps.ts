import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Rows, rowsOfSteps } from './factorChain.ts';

/** Per-step views of a fused op's sequences [T, B, ·]. */
export class SequenceSteps {
  /** [B], for kernels. */
  readonly lengths: RawBuffer;
  readonly #context: OpContext;
  readonly #time: number;
  readonly #batch: number;
  readonly #shortest: number;

  /** `lengths` null: every sequence has `time` steps. */
  constructor(context: OpContext, time: number, batch: number, lengths: Int32Array | null) {
    const all = lengths ?? new Int32Array(batch).fill(time);
    this.lengths = context.integers(all);
    this.#context = context;
    this.#time = time;
    this.#batch = batch;
    this.#shortest = Math.min(...all);
  }

  /** Whether some sequence has ended at `step`. */
  anyHeld(step: number): boolean {
    return step >= this.#shortest;
  }

  /** The rows of each step of a sequence. */
  each(sequence: Tensor): RawBuffer[] {
    return rowsOfSteps(this.#context, sequence);
  }

  /** The state before each step: `first` [B, ·], then the sequence's own. */
  eachBefore(first: Tensor, sequence: Tensor): RawBuffer[] {
    return [this.#context.buffer(first), ...this.each(sequence).slice(0, -1)];
  }

  /** The first step whose recurrent product has a gradient: a state of zeros that nobody asks about needs none. */
  firstRecurrent(first: Tensor, needed: boolean): number {
    if (needed || !first.backend.readsAtOnce) return 0;
    return this.#context.kernels.sumSquares(this.#context.buffer(first), first.size) === 0 ? 1 : 0;
  }

  /** The states before every step from `step` on, as the input rows of the recurrent product. */
  allBefore(first: Tensor, sequence: Tensor, step: number): Rows[] {
    const later = { buffer: this.#context.buffer(sequence), rows: (this.#time - 1) * this.#batch };
    return step > 0 ? [later] : [{ buffer: this.#context.buffer(first), rows: this.#batch }, later];
  }
}

/** ∂L/∂h of all steps as a buffer to add to: a copy of what came from outside, or zeros. */
export function startOfGrad(context: OpContext, grad: Tensor | null, like: Tensor): Tensor {
  if (grad === null) return context.zeros(like.shape);
  const copy = context.allocate(like.shape);
  context.kernels.scale(context.buffer(grad), context.buffer(copy), copy.size, 1);
  return copy;
}

/** Sums of a sequence [T, B, width] over time and batch: the gradient of a bias, [width]. */
export function sumOfRows(context: OpContext, sequence: Tensor): Tensor {
  const width = sequence.shape[2];
  const sum = context.allocate([width]);
  context.kernels.sumAxis(context.buffer(sequence), context.buffer(sum), 1, sequence.size / width, width);
  return sum;
}
