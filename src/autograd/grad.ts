import { InputError } from '../errors.ts';
import { currentScope, scope } from '../tensor/scope.ts';
import { show } from '../tensor/shape.ts';
import { ones, Tensor, zeros } from '../tensor/tensor.ts';
import { Tape } from './tape.ts';

/** Named tensors that a function is differentiated by. A parameter used in several places has one name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A loss and its gradient: `grads` has the names of the parameters. */
export interface ValueAndGrad<P extends Tensors> {
  readonly value: Tensor;
  readonly grads: { readonly [Name in keyof P]: Tensor };
}

/**
 * Turns a scalar function of named tensors into one that gives its value and its gradient:
 * `const { value, grads } = valueAndGrad(loss)(parameters)`. Further arguments are passed on and not differentiated.
 * Throws InputError when the function does not return a tensor of one element, or when one tensor is given under two names.
 */
export function valueAndGrad<P extends Tensors, Rest extends unknown[]>(
  loss: (parameters: P, ...rest: Rest) => Tensor,
): (parameters: P, ...rest: Rest) => ValueAndGrad<P> {
  const differentiate = (parameters: P, ...rest: Rest): ValueAndGrad<P> => {
    const names = Object.keys(parameters);
    const sources = names.map((name) => parameters[name]);
    if (new Set(sources).size < sources.length) {
      throw new InputError(
        'valueAndGrad: one tensor stands under two names, expected one name for each parameter.',
      );
    }
    const tape = new Tape();
    const value = tape.record(sources, () => loss(parameters, ...rest));
    if (!(value instanceof Tensor))
      throw new InputError('valueAndGrad: the function did not return a tensor.');
    if (value.size !== 1) {
      throw new InputError(
        `valueAndGrad: the function returned shape ${show(value.shape)}, expected a scalar.`,
      );
    }
    const found = tape.gradients(value, ones(value.shape, homeOf(value)), sources);
    const gradOf = (source: Tensor, i: number) => found[i] ?? zeros(source.shape, homeOf(source));
    const grads = Object.fromEntries(names.map((name, i) => [name, gradOf(sources[i], i)]));
    return { value, grads: grads as ValueAndGrad<P>['grads'] };
  };
  // Inside a scope its owner decides what stays; on our own, everything but the results goes.
  return (...all) => (currentScope() === null ? scope(() => differentiate(...all)) : differentiate(...all));
}

/** The gradient alone: see `valueAndGrad`. */
export function grad<P extends Tensors, Rest extends unknown[]>(
  loss: (parameters: P, ...rest: Rest) => Tensor,
): (parameters: P, ...rest: Rest) => ValueAndGrad<P>['grads'] {
  const both = valueAndGrad(loss);
  return (parameters, ...rest) => scope(() => both(parameters, ...rest).grads);
}

const homeOf = ({ dtype, backend }: Tensor) => ({ dtype, backend });
