import type { Tensors } from '../autograd/grad.ts';
import { type Optimizer, optimizer } from './optimizer.ts';

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled decay of the weights (AdamW, Loshchilov & Hutter 2019); 0 unless given. */
  readonly weightDecay?: number;
}

/** Adam (Kingma & Ba 2015), with PyTorch's defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
export function adam(parameters: Tensors, options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
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
