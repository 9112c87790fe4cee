import { type Tensors, valueAndGrad } from '../autograd/grad.ts';
import { expectOptions } from '../errors.ts';
import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import { multiply } from '../ops/multiply.ts';
import { sum } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { clipByGlobalNorm, scaledToNorm } from '../optim/clip.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { scope, scopeAcross } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';

/** What one update came to. */
export interface StepResult {
  readonly loss: number;
  /** The gradients' global norm before clipping. */
  readonly norm: number;
  /** False when the loss or the norm was not finite; the parameters are then as they were. */
  readonly applied: boolean;
}

/** Learning rate and clipping of one update. */
export interface StepOptions {
  /** Finite and at least 0. */
  readonly learningRate: number;
  /** The largest global norm of the gradients; no limit unless given. */
  readonly clipNorm?: number;
}

/** What a loss function returns that has something to keep: tensors in arrays and records, which outlive the step. */
export interface LossAndKept<Kept> {
  readonly loss: Tensor;
  /** Such as the states after a part of a long sequence, from which the next step goes on (truncated backpropagation). */
  readonly kept: Kept;
}

/**
 * One update: loss, gradient, clipping, optimizer, after which everything but the parameters, and what `loss` keeps, is freed.
 * A loss or gradient that is not finite leaves parameters and optimizer untouched. Throws what the loss throws, and InputError
 * as `valueAndGrad`, `clipByGlobalNorm` and the optimizer do, and on the GPU, whose numbers must be waited for: see
 * `trainStepAsync`.
 */
export function trainStep<Kept>(
  loss: (parameters: Tensors) => LossAndKept<Kept>,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): StepResult & { readonly kept: Kept };
export function trainStep(
  loss: (parameters: Tensors) => Tensor,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): StepResult;
export function trainStep<Kept>(
  loss: (parameters: Tensors) => Tensor | LossAndKept<Kept>,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): StepResult & { readonly kept?: Kept } {
  expectOptions('trainStep', options, ['learningRate', 'clipNorm']);
  return scope(() => {
    const { value, grads, kept } = differentiated(loss, parameters);
    const { grads: clipped, norm } = clipByGlobalNorm(grads, options.clipNorm ?? Infinity);
    const result = { loss: value.item(), norm };
    const applied = Number.isFinite(result.loss) && Number.isFinite(norm);
    if (applied) optimizer.update(parameters, clipped, options.learningRate);
    return { ...result, applied, ...kept };
  });
}

/**
 * `trainStep` on any backend: where numbers must be waited for, as on the GPU, loss and norm are read together, once, before
 * parameters change. Rejects with InputError while a scope or another such step is open, and for what `trainStep` throws.
 */
export function trainStepAsync<Kept>(
  loss: (parameters: Tensors) => LossAndKept<Kept>,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): Promise<StepResult & { readonly kept: Kept }>;
export function trainStepAsync(
  loss: (parameters: Tensors) => Tensor,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): Promise<StepResult>;
export async function trainStepAsync<Kept>(
  loss: (parameters: Tensors) => Tensor | LossAndKept<Kept>,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): Promise<StepResult & { readonly kept?: Kept }> {
  const isAtOnce = Object.values(parameters).every(({ backend }) => backend.readsAtOnce);
  if (isAtOnce)
    return trainStep(loss as (parameters: Tensors) => LossAndKept<Kept>, parameters, optimizer, options);
  expectOptions('trainStepAsync', options, ['learningRate', 'clipNorm']);
  return scopeAcross(async (inside) => {
    const { grads, numbers, kept } = inside(() => {
      const { value, grads, kept } = differentiated<Kept>(loss, parameters);
      return { grads, kept, numbers: stack([reshape(value, []), sumOfSquares(grads)]) };
    });
    const [value, squares] = await numbers.data();
    const norm = Math.sqrt(squares);
    const applied = Number.isFinite(value) && Number.isFinite(norm);
    if (applied) {
      inside(() => {
        const clipped = scaledToNorm(grads, norm, options.clipNorm ?? Infinity);
        optimizer.update(parameters, clipped, options.learningRate);
      });
    }
    return { loss: value, norm, applied, ...kept };
  });
}

/** The loss and its gradient, and what is kept, if anything is. */
function differentiated<Kept>(
  loss: (parameters: Tensors) => Tensor | LossAndKept<Kept>,
  parameters: Tensors,
): { value: Tensor; grads: Tensors; kept: { kept?: Kept } } {
  let kept: { kept?: Kept } = {};
  const { value, grads } = valueAndGrad((current: Tensors) => {
    const result = loss(current);
    if (result === undefined || result === null || result instanceof Tensor) return result;
    kept = { kept: result.kept };
    return result.loss;
  })(parameters);
  return { value, grads, kept };
}

const sumOfSquares = (grads: Tensors): Tensor =>
  Object.values(grads)
    .map((grad) => sum(multiply(grad, grad)))
    .reduce((total, own) => add(total, own));
