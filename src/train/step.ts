import { type Tensors, valueAndGrad } from '../autograd/grad.ts';
import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import { multiply } from '../ops/multiply.ts';
import { sum } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { clipByGlobalNorm, scaledToNorm } from '../optim/clip.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { scope, scopeAcross } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

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

/**
 * One update: loss, gradient, clipping, optimizer, after which everything but the parameters is freed.
 * A loss or gradient that is not finite leaves parameters and optimizer untouched. Throws what the loss throws,
 * and InputError as `valueAndGrad`, `clipByGlobalNorm` and the optimizer do. Not for the GPU, where it throws because numbers
 * cannot be read at once: see `trainStepAsync`.
 */
export function trainStep(
  loss: (parameters: Tensors) => Tensor,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): StepResult {
  return scope(() => {
    const { value, grads } = valueAndGrad(loss)(parameters);
    const { grads: clipped, norm } = clipByGlobalNorm(grads, options.clipNorm ?? Infinity);
    const result = { loss: value.item(), norm };
    const applied = Number.isFinite(result.loss) && Number.isFinite(norm);
    if (applied) optimizer.update(parameters, clipped, options.learningRate);
    return { ...result, applied };
  });
}

/**
 * `trainStep` on any backend: where numbers must be waited for, as on the GPU, loss and norm are read together, once, before
 * parameters change. Rejects with InputError while a scope or another such step is open.
 */
export async function trainStepAsync(
  loss: (parameters: Tensors) => Tensor,
  parameters: Tensors,
  optimizer: Optimizer,
  options: StepOptions,
): Promise<StepResult> {
  const isAtOnce = Object.values(parameters).every(({ backend }) => backend.readsAtOnce);
  if (isAtOnce) return trainStep(loss, parameters, optimizer, options);
  return scopeAcross(async (inside) => {
    const { grads, numbers } = inside(() => {
      const { value, grads } = valueAndGrad(loss)(parameters);
      return { grads, numbers: stack([reshape(value, []), sumOfSquares(grads)]) };
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
    return { loss: value, norm, applied };
  });
}

const sumOfSquares = (grads: Tensors): Tensor =>
  Object.values(grads)
    .map((grad) => sum(multiply(grad, grad)))
    .reduce((total, own) => add(total, own));
