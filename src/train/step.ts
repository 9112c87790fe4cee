import { type Tensors, valueAndGrad } from '../autograd/grad.ts';
import { clipByGlobalNorm } from '../optim/clip.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What one update came to. */
export interface StepResult {
  readonly loss: number;
  /** The gradients' global norm before clipping. */
  readonly norm: number;
  /** False when the loss or the norm was not finite; the parameters are then as they were. */
  readonly applied: boolean;
}

export interface StepOptions {
  readonly learningRate: number;
  /** The largest global norm of the gradients; no limit unless given. */
  readonly clipNorm?: number;
}

/**
 * One update: loss, gradient, clipping, optimizer, after which everything but the parameters is freed.
 * A loss or gradient that is not finite leaves parameters and optimizer untouched.
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
