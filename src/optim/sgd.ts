import type { Tensors } from '../autograd/grad.ts';
import { type Optimizer, optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** Share of the last update that is kept; 0 unless given. */
  readonly momentum?: number;
  /** L2 penalty added to the gradient; 0 unless given. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent with momentum, by PyTorch's formula; without momentum it keeps nothing but its step. */
export function sgd(parameters: Tensors, options: SgdOptions = {}): Optimizer {
  const { momentum = 0, weightDecay = 0 } = options;
  const moments = momentum === 0 ? [] : ['velocity'];
  return optimizer(parameters, moments, (context, parameter, grad, [velocity], learningRate) => {
    const [p, g] = [parameter, grad].map((tensor) => context.buffer(tensor));
    const { kernels } = context;
    const { size } = parameter;
    if (velocity === undefined) kernels.sgd(size, p, g, learningRate, weightDecay);
    else kernels.sgdMomentum(size, p, g, context.buffer(velocity), learningRate, momentum, weightDecay);
  });
}
