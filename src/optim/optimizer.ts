import type { Tensors } from '../autograd/grad.ts';
import { type OpContext, openContext } from '../autograd/op.ts';
import { expectNonNegative, InputError, shown } from '../errors.ts';
import { currentScope, scope } from '../tensor/scope.ts';
import { sameShape, show } from '../tensor/shape.ts';
import { Tensor, zeros } from '../tensor/tensor.ts';

/** Changes parameters in place by their gradients. */
export interface Optimizer {
  /**
   * Makes one step. Throws InputError, and changes nothing, for parameters that it was not made for, gradients that do not
   * fit, and a learning rate that is not a finite number of at least 0.
   */
  update(parameters: Tensors, grads: Tensors, learningRate: number): void;
  /** Everything to save and load for an exact continuation. */
  readonly state: OptimizerState;
}

/** What an optimizer keeps between updates. */
export interface OptimizerState {
  /** Updates made so far. */
  step: number;
  /** Moments and the like, by `moment.parameter`. */
  readonly tensors: Tensors;
}

/** Overwrites one parameter, given its gradient and its moments. */
export type UpdateRule = (
  context: OpContext,
  parameter: Tensor,
  grad: Tensor,
  moments: readonly Tensor[],
  learningRate: number,
  step: number,
) => void;

/** An optimizer that keeps `moments`, tensors of the parameters' shapes, and applies `rule` to each parameter. */
export function optimizer(parameters: Tensors, moments: readonly string[], rule: UpdateRule): Optimizer {
  const tensors: Record<string, Tensor> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    if (!(parameter instanceof Tensor)) {
      throw new InputError(`optimizer: the parameter ${name} is ${shown(parameter)}, expected a tensor.`);
    }
    for (const moment of moments) {
      const tensor = zeros(parameter.shape, { dtype: parameter.dtype, backend: parameter.backend });
      if (currentScope() === null) tensor.storage.persist();
      tensors[`${moment}.${name}`] = tensor;
    }
  }
  const state: OptimizerState = { step: 0, tensors };
  return {
    state,
    update(current, grads, learningRate) {
      // All checks first: an update that is refused changes nothing.
      expectNonNegative('optimizer', 'learningRate', learningRate);
      for (const [name, parameter] of Object.entries(current)) check(name, parameter, parameters, grads);
      state.step++;
      scope(() => {
        for (const [name, parameter] of Object.entries(current)) {
          const own = moments.map((moment) => tensors[`${moment}.${name}`]);
          rule(openContext(parameter), parameter, grads[name], own, learningRate, state.step);
          for (const { storage } of [parameter, ...own]) storage.overwritten();
        }
      });
    },
  };
}

function check(name: string, parameter: Tensor, made: Tensors, grads: Tensors): void {
  const known = made[name];
  if (known === undefined || !isAlike(known, parameter)) {
    const expected = known === undefined ? 'one that the optimizer was made for' : `${known}`;
    throw new InputError(`optimizer: the parameter ${name} is ${parameter}, expected ${expected}.`);
  }
  const grad = grads[name];
  if (grad === undefined) throw new InputError(`optimizer: the gradient of ${name} is missing.`);
  if (!sameShape(grad.shape, parameter.shape)) {
    throw new InputError(
      `optimizer: the gradient of ${name} has shape ${show(grad.shape)}, expected ${show(parameter.shape)}.`,
    );
  }
  if (!isAlike(grad, parameter)) {
    throw new InputError(`optimizer: the gradient of ${name} is ${grad}, expected one like ${parameter}.`);
  }
}

const isAlike = (a: Tensor, b: Tensor): boolean =>
  sameShape(a.shape, b.shape) && a.dtype === b.dtype && a.backend === b.backend;
