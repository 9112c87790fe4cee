import type { Tensors } from '../autograd/grad.ts';
import { expectNonNegative, expectOptions } from '../errors.ts';
import { type Optimizer, optimizer } from './optimizer.ts';

/** The constants of stochastic gradient descent. */
export interface SgdOptions {
  /** Share of the last update that is kept; 0 unless given. */
  readonly momentum?: number;
  /** L2 penalty added to the gradient; 0 unless given. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum, by PyTorch's formula; without momentum it keeps nothing but its step.
 * Throws InputError for a constant that is not a finite number of at least 0.
 */
export function sgd(parameters: Tensors, options: SgdOptions = {}): Optimizer {
  expectOptions('sgd', options, ['momentum', 'weightDecay']);
  const { momentum = 0, weightDecay = 0 } = options;
  expectNonNegative('sgd', 'momentum', momentum);
  expectNonNegative('sgd', 'weightDecay', weightDecay);
  const moments = momentum === 0 ? [] : ['velocity'];
  return optimizer(parameters, moments, (context, parameter, grad, [velocity], learningRate) => {
    const [p, g] = [parameter, grad].map((tensor) => context.buffer(tensor));
    const { kernels } = context;
    const { size } = parameter;
    if (velocity === undefined) kernels.sgd(size, p, g, learningRate, weightDecay);
    else kernels.sgdMomentum(size, p, g, context.buffer(velocity), learningRate, momentum, weightDecay);
  });
}
