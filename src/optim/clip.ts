import type { Tensors } from '../autograd/grad.ts';
import { openContext } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { multiply } from '../ops/multiply.ts';
import { scope } from '../tensor/scope.ts';

/**
 * The Euclidean norm of all gradients taken together as one vector, accumulated in float64. Throws InputError on the
 * GPU, whose numbers must be waited for.
 */
export function globalNorm(grads: Tensors): number {
  let total = 0;
  scope(() => {
    for (const [name, grad] of Object.entries(grads)) {
      if (!grad.backend.readsAtOnce) {
        throw new InputError(
          `globalNorm: the gradient of ${name} is on ${grad.backend.name}, whose numbers must be waited for: use trainStepAsync.`,
        );
      }
      const context = openContext(grad);
      total += context.kernels.sumSquares(context.buffer(grad), grad.size);
    }
  });
  return Math.sqrt(total);
}

/**
 * Scales all gradients so that their global norm is at most `limit` (Pascanu et al. 2013); `norm` is that before.
 * Throws InputError for a limit below 0. Like `globalNorm`, not for the GPU.
 */
export function clipByGlobalNorm(grads: Tensors, limit: number): { grads: Tensors; norm: number } {
  const norm = globalNorm(grads);
  return { grads: scaledToNorm(grads, norm, limit), norm };
}

/** Gradients of a known global norm, scaled so that it is at most `limit`. Throws InputError for a limit below 0. */
export function scaledToNorm(grads: Tensors, norm: number, limit: number): Tensors {
  if (!(limit >= 0))
    throw new InputError(`clipByGlobalNorm: limit is ${limit}, expected a number of at least 0.`);
  // A norm that is not finite must reach the caller as it is; scaling would turn every gradient into NaN.
  if (!(norm > limit) || !Number.isFinite(norm)) return grads;
  return scope(() =>
    Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, multiply(grad, limit / norm)])),
  );
}
