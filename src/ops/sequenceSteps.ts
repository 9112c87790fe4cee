import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Rows } from './factorChain.ts';

/** Finds its way in the sequences [T, B, ·] of a fused op. */
export class SequenceSteps {
  /** [B], for kernels. */
  readonly lengths: RawBuffer;
  readonly #context: OpContext;
  readonly #batch: number;
  readonly #shortest: number;

  /** `lengths` null: every sequence has `time` steps. */
  constructor(context: OpContext, time: number, batch: number, lengths: Int32Array | null) {
    const all = lengths ?? new Int32Array(batch).fill(time);
    this.lengths = context.integers(all);
    this.#context = context;
    this.#batch = batch;
    this.#shortest = Math.min(...all);
  }

  /** Whether some sequence has ended at `step`. */
  anyHeld(step: number): boolean {
    return step >= this.#shortest;
  }

  /** The rows of `step` in a sequence. */
  at(sequence: Tensor, step: number): RawBuffer {
    const buffer = this.#context.buffer(sequence);
    return this.#context.at(buffer, step * this.#batch * sequence.shape[2]);
  }

  /** The state before `step`: `first` [B, ·], then the sequence's own. */
  before(first: Tensor, sequence: Tensor, step: number): RawBuffer {
    return step === 0 ? this.#context.buffer(first) : this.at(sequence, step - 1);
  }

  /** The states before every step, as the input rows of the recurrent product. */
  allBefore(first: Tensor, sequence: Tensor): Rows[] {
    return [
      { buffer: this.#context.buffer(first), rows: this.#batch },
      { buffer: this.#context.buffer(sequence), rows: (sequence.shape[0] - 1) * this.#batch },
    ];
  }
}

/** A tensor with the same numbers, for a kernel to work on in place. */
export function copyOf(context: OpContext, tensor: Tensor): Tensor {
  const copy = context.allocate(tensor.shape);
  context.kernels.scale(context.buffer(tensor), context.buffer(copy), copy.size, 1);
  return copy;
}

/** ∂L/∂h of all steps as a buffer to add to: a copy of what came from outside, or zeros. */
export const startOfGrad = (context: OpContext, grad: Tensor | null, like: Tensor): Tensor =>
  grad === null ? context.zeros(like.shape) : copyOf(context, grad);

/** Sums of a sequence [T, B, width] over time and batch: the gradient of a bias, [width]. */
export function sumOfRows(context: OpContext, sequence: Tensor): Tensor {
  const width = sequence.shape[2];
  const sum = context.allocate([width]);
  context.kernels.sumAxis(context.buffer(sequence), context.buffer(sum), 1, sequence.size / width, width);
  return sum;
}
