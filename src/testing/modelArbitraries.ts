import fc from 'fast-check';
import type { Tensors } from '../autograd/grad.ts';
import { initialValues, type ParameterSpec } from '../maps/linearMap.ts';
import { Naming } from '../maps/naming.ts';
import { layerFromSpec } from '../nn/layerFromSpec.ts';
import type { RecurrentLayer } from '../nn/recurrentLayer.ts';
import { type RecurrentModel, type RecurrentModelSpec, recurrentModel } from '../nn/recurrentModel.ts';
import type { LayerSpec } from '../nn/spec.ts';
import { random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { modelSpecs } from './specArbitraries.ts';

/** What a layer or a model reads: x [T, B, I], with how many steps of each sequence are valid. */
interface SequenceInputs {
  readonly x: Tensor;
  /** None for sequences that are all of T steps. */
  readonly lengths: readonly number[] | undefined;
}

/** A model, and what it is applied to. */
export interface ModelCase extends SequenceInputs {
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
}

/** One layer of any cell, and what it is applied to. */
export interface CellCase extends SequenceInputs {
  readonly spec: LayerSpec;
  readonly layer: RecurrentLayer;
  readonly parameters: Tensors;
}

export interface SequenceSizes {
  /** Most steps, T; 4 unless given. */
  readonly time?: number;
  /** Most sequences, B; 3 unless given. */
  readonly batch?: number;
}

/**
 * Models out of `specs`, any unless given, with parameters as they are initialised but for zeros, which become small, and
 * with inputs uniform in ±1; all float64. They print as their configuration, and shrink by it, the sequences and the seed.
 */
export const modelCases = (
  specs: fc.Arbitrary<RecurrentModelSpec> = modelSpecs(),
  sizes: SequenceSizes = {},
): fc.Arbitrary<ModelCase> =>
  fc.tuple(specs, sequences(sizes), fc.nat()).map(([spec, inputs, seed]) => {
    const model = recurrentModel(spec);
    const parameters = numbersFor(model.parameters, seed);
    return printedAs(spec, { model, parameters, ...inputs(spec.inputSize, seed) });
  });

/** Layers of any cell, of maps of any kind and in one direction or both, as `modelCases` has whole models. */
export const cellCases = (
  specs: fc.Arbitrary<RecurrentModelSpec> = modelSpecs({ mostLayers: 1 }),
  sizes: SequenceSizes = {},
): fc.Arbitrary<CellCase> =>
  fc.tuple(specs, sequences(sizes), fc.nat()).map(
    ([
      {
        inputSize,
        layers: [spec],
      },
      inputs,
      seed,
    ]) => {
      const naming = new Naming();
      const layer = layerFromSpec('layer', spec, inputSize, naming);
      const parameters = numbersFor(naming.specs, seed);
      return printedAs(spec, { spec, layer, parameters, ...inputs(inputSize, seed) });
    },
  );

const sequences = ({ time: mostTime = 4, batch: mostBatch = 3 }: SequenceSizes) =>
  fc
    .tuple(fc.integer({ min: 1, max: mostTime }), fc.integer({ min: 1, max: mostBatch }))
    .chain(([time, batch]) =>
      fc.option(fc.array(fc.nat(time), { minLength: batch, maxLength: batch }), { nil: undefined }).map(
        (lengths) =>
          (width: number, seed: number): SequenceInputs => ({
            x: uniform(seed, 'x', [time, batch, width]),
            lengths,
          }),
      ),
    );

const numbersFor = (specs: Readonly<Record<string, ParameterSpec>>, seed: number): Tensors =>
  Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const values = Float64Array.from(initialValues(spec, random(seed, name)));
      // A bias of zeros would hide what multiplies it.
      const others = uniform(seed, name, spec.shape).dataSync();
      const own = values.map((value, i) => (value === 0 ? 0.3 * others[i] : value));
      return [name, tensor(own, spec.shape, { dtype: 'float64' })];
    }),
  );

function uniform(seed: number, name: string, shape: Shape): Tensor {
  const stream = random(seed, 'modelCases', name);
  const values = Float64Array.from({ length: sizeOf(shape) }, () => 2 * stream.next() - 1);
  return tensor(values, shape, { dtype: 'float64' });
}

const printedAs = <T extends object>(spec: object, value: T): T =>
  Object.defineProperty(value, fc.toStringMethod, { value: () => JSON.stringify(spec) });
