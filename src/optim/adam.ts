import type { Tensors } from '../autograd/grad.ts';
import { expectNonNegative, expectOptions, InputError } from '../errors.ts';
import { type Optimizer, optimizer } from './optimizer.ts';

/** Adam's constants. */
export interface AdamOptions {
  /** Decay of the mean of gradients, from 0 to below 1; 0.9 unless given. */
  readonly beta1?: number;
  /** Decay of the mean of their squares, from 0 to below 1; 0.999 unless given. */
  readonly beta2?: number;
  /** Added to the root of that mean; 1e-8 unless given. */
  readonly epsilon?: number;
  /** Decoupled decay of the weights (AdamW, Loshchilov & Hutter 2019); 0 unless given. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015), with PyTorch's defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 * Throws InputError for a constant out of its range.
 */
export function adam(parameters: Tensors, options: AdamOptions = {}): Optimizer {
  expectOptions('adam', options, ['beta1', 'beta2', 'epsilon', 'weightDecay']);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    if (!(value >= 0 && value < 1)) {
      throw new InputError(`adam: ${name} is ${value}, expected a number from 0 to below 1.`);
    }
  }
  expectNonNegative('adam', 'epsilon', epsilon);
  expectNonNegative('adam', 'weightDecay', weightDecay);
  return optimizer(parameters, ['m', 'v'], (context, parameter, grad, moments, learningRate, step) => {
    const [p, g, m, v] = [parameter, grad, ...moments].map((tensor) => context.buffer(tensor));
    const [correction1, correction2] = [1 - beta1 ** step, 1 - beta2 ** step];
    const { size } = parameter;
    context.kernels.adam(
      size,
      p,
      g,
      m,
      v,
      learningRate,
      beta1,
      beta2,
      epsilon,
      correction1,
      correction2,
      weightDecay,
    );
  });
}
