import type { Tensors } from '../autograd/grad.ts';
import { type Optimizer, optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** Share of the last update that is kept; 0 unless given. */
  readonly momentum?: number;
  /** L2 penalty added to the gradient; 0 unless given. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent with momentum, by PyTorch's formula. */
export function sgd(parameters: Tensors, options: SgdOptions = {}): Optimizer {
  const { momentum = 0, weightDecay = 0 } = options;
  return optimizer(parameters, ['velocity'], (context, parameter, grad, [velocity], learningRate) => {
    const [p, g, v] = [parameter, grad, velocity].map((tensor) => context.buffer(tensor));
    context.kernels.sgd(parameter.size, p, g, v, learningRate, momentum, weightDecay);
  });
}
