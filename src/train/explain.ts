import { AnomalyError, detectAnomaly } from '../autograd/anomaly.ts';
import { type Tensors, valueAndGrad } from '../autograd/grad.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Computes and differentiates a loss once more, and says in a sentence where its first number that is not finite comes from:
 * a parameter, or an op with its layer and time step. Undefined where all are finite. Throws what the loss throws, and InputError
 * as `valueAndGrad` does and on the GPU, where numbers cannot be read at once.
 */
export function explainLoss(loss: (parameters: Tensors) => Tensor, parameters: Tensors): string | undefined {
  for (const [name, parameter] of Object.entries(parameters)) {
    if (!parameter.dataSync().every(Number.isFinite)) return `The parameter ${name} is not finite.`;
  }
  try {
    scope(() => detectAnomaly(() => valueAndGrad(loss)(parameters)));
    return undefined;
  } catch (error) {
    if (!(error instanceof AnomalyError)) throw error;
    return error.message;
  }
}
