import { inPlace } from '../autograd/anomaly.ts';
import type { Tensors } from '../autograd/grad.ts';
import type { Backend, DType } from '../backends/index.ts';
import { expectOptions, InputError, shown } from '../errors.ts';
import { checkSizes } from '../maps/checks.ts';
import { dense } from '../maps/dense.ts';
import { applyMap, initialValues, type LinearMap, type ParameterSpec } from '../maps/linearMap.ts';
import { Naming } from '../maps/naming.ts';
import { add } from '../ops/add.ts';
import { dropout } from '../ops/dropout.ts';
import { random } from '../tensor/random.ts';
import { currentScope } from '../tensor/scope.ts';
import { show, sizeOf } from '../tensor/shape.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { layerFromSpec } from './layerFromSpec.ts';
import type { LayerState, RecurrentLayer } from './recurrentLayer.ts';
import type { LayerSpec } from './spec.ts';

/** Sizes and structures of a stack of recurrent layers with a linear output layer. */
export interface RecurrentModelSpec {
  /** Width of the input rows. */
  readonly inputSize: number;
  readonly layers: readonly LayerSpec[];
  /** Width of the output rows, e.g. the number of classes. */
  readonly outputSize: number;
}

export interface ApplyOptions {
  /** States of all layers before the first step; zeros unless given. */
  readonly state?: readonly LayerState[];
  /** Valid steps of each sequence; all of them unless given. */
  readonly lengths?: ArrayLike<number>;
  /** Zeroes part of every layer's output, in training (Zaremba et al. 2014): probability, and an unsigned 32-bit seed. */
  readonly dropout?: { readonly rate: number; readonly seed: number };
}

/** A stack of recurrent layers and a linear output layer, as a function of its parameters. */
export interface RecurrentModel {
  readonly spec: RecurrentModelSpec;
  readonly layers: readonly RecurrentLayer[];
  readonly head: LinearMap;
  /** Every parameter by its one name. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** New parameters, which depend on `seed` alone. Throws InputError for a seed that is not an integer. */
  initialise(seed: number, options?: { readonly dtype?: DType; readonly backend?: Backend }): Tensors;
  /** x [T, B, inputSize] → y [T, B, outputSize] and the states after the last step. Throws InputError when shapes do not fit, of parameters too. */
  apply(parameters: Tensors, x: Tensor, options?: ApplyOptions): { y: Tensor; state: readonly LayerState[] };
}

/** Builds a model. Throws InputError for sizes below 1, no layers, a key or a structure that is not known. */
export function recurrentModel(given: RecurrentModelSpec): RecurrentModel {
  expectOptions('recurrentModel', given, ['inputSize', 'layers', 'outputSize']);
  const { inputSize, outputSize } = given;
  checkSizes('recurrentModel', { inputSize, outputSize });
  if (!Array.isArray(given.layers)) {
    throw new InputError(`recurrentModel: layers is ${shown(given.layers)}, expected an array of layers.`);
  }
  if (given.layers.length === 0)
    throw new InputError('recurrentModel: layers is empty, expected at least one.');
  const spec: RecurrentModelSpec = {
    inputSize,
    layers: given.layers.map((layer) => ({ ...layer })),
    outputSize,
  };
  const naming = new Naming();
  const layers: RecurrentLayer[] = [];
  let width = inputSize;
  spec.layers.forEach((layerSpec, i) => {
    const layer = layerFromSpec(`layers.${i}`, layerSpec, width, naming);
    layers.push(layer);
    width = layer.outSize;
  });
  const head = dense(width, outputSize);
  naming.addMap('head', head);
  naming.add('head.bias', { shape: [outputSize], deviation: 0 });

  return {
    spec,
    layers,
    head,
    parameters: naming.specs,
    initialise: (seed, options) => initialise(naming.specs, seed, options),
    apply(parameters, x, options = {}) {
      if (!(x instanceof Tensor)) {
        throw new InputError(`recurrentModel: x is ${shown(x)}, expected a tensor [T, B, ${inputSize}].`);
      }
      if (x.shape.length !== 3 || x.shape[2] !== inputSize) {
        throw new InputError(`recurrentModel: x has shape ${show(x.shape)}, expected [T, B, ${inputSize}].`);
      }
      expectOptions('recurrentModel', options, ['state', 'lengths', 'dropout']);
      const { state, lengths, dropout: drop } = options;
      if (drop !== undefined) {
        expectOptions('recurrentModel: dropout', drop, ['rate', 'seed']);
        if (drop.seed !== drop.seed >>> 0) {
          throw new InputError(
            `recurrentModel: dropout's seed is ${drop.seed}, expected an unsigned 32-bit integer.`,
          );
        }
      }
      if (state !== undefined && state.length !== layers.length) {
        throw new InputError(
          `recurrentModel: state has ${state.length} entries, expected one for each of ${layers.length} layers.`,
        );
      }
      const states: LayerState[] = [];
      let value = x;
      layers.forEach((layer, i) => {
        const { y, state: next } = inPlace(layer.name, x, () =>
          layer.apply(parameters, value, state?.[i], lengths),
        );
        states.push(next);
        value = drop === undefined ? y : dropout(y, drop.rate, (drop.seed + i) >>> 0);
      });
      const y = inPlace('head', x, () =>
        add(applyMap(head, naming.pick(head, parameters), value), naming.parameter('head.bias', parameters)),
      );
      return { y, state: states };
    },
  };
}

function initialise(
  specs: Readonly<Record<string, ParameterSpec>>,
  seed: number,
  options?: { readonly dtype?: DType; readonly backend?: Backend },
): Tensors {
  if (!Number.isSafeInteger(seed)) {
    throw new InputError(`initialise: seed is ${shown(seed)}, expected an integer.`);
  }
  const parameters: Record<string, Tensor> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const values = initialValues(spec, random(seed, 'parameter', name));
    const parameter = tensor(values, spec.shape, options);
    // Parameters are used at every step: keep them where the kernels can reach them.
    if (currentScope() === null) parameter.storage.persist();
    parameters[name] = parameter;
  }
  return parameters;
}

/** How many numbers a model has; what is shared counts once. */
export function countParameters(parameters: Readonly<Record<string, ParameterSpec>>): number {
  return Object.values(parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
}
