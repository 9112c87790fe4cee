import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { norm, subtract } from '../linearAlgebra/matrix.ts';
import { fitMap } from '../maps/fits/fitMap.ts';
import { currentScope } from '../tensor/scope.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { meanOf } from './matrices.ts';
import { mapsOf, namingOf, numbersAdded } from './places.ts';
import { type RecurrentModel, type RecurrentModelSpec, recurrentModel } from './recurrentModel.ts';
import { groupedBy, sameStructure, shareProjections } from './shareProjections.ts';
import { type PlacedMap, wholeMatrices } from './wholeMatrices.ts';

/** What compression did to one map. */
export interface CompressedPlace {
  /** Where the map stands: `layers.0.input`. */
  readonly place: string;
  /** Its structure before and after: `dense`, `lowRank(16)`. */
  readonly from: string;
  readonly to: string;
  /**
   * ‖M′ − M‖ / ‖M‖ in Frobenius norm, where M and M′ are the matrices before and after on the state that is read, also
   * where the layer below emits a projection of it.
   */
  readonly error: number;
  /** Numbers that the map adds to those of the places before it: none where it is tied to one of these. */
  readonly parametersBefore: number;
  readonly parametersAfter: number;
}

/** A compressed model with its parameters, and what compression did to each map. */
export interface Compression {
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  readonly places: readonly CompressedPlace[];
}

/**
 * The model of `spec` with parameters that bring it near to a trained one of equal sizes: every map is fitted to the
 * matrix that it replaces, and what does not belong to a map, such as a bias, is copied. A layer's shared projection is
 * fitted jointly for all that read it, its own recurrence and the next layer's input (Prabhavalkar et al. 2016, arXiv
 * 1603.08042); the next layer's map is then fitted to its Z_x. A map that stands in several places is fitted to the mean
 * of what it replaces, the nearest to all. A map whose structure and matrix stay as they were keeps its numbers.
 * Throws InputError when sizes, cells or directions differ, a parameter is missing, a matrix to be fitted is not finite, `spec`
 * is not a valid model, or the parameters are on the GPU, where numbers cannot be read at once.
 */
export function compressModel(
  model: RecurrentModel,
  parameters: Tensors,
  spec: RecurrentModelSpec,
): Compression {
  const compressed = recurrentModel(spec);
  checkAlike(model, compressed);
  const before = wholeMatrices(model, parameters);
  const found: Record<string, Tensor> = {};
  for (const [name, values] of fittedValues(model, compressed, before)) {
    found[name] = like(parameters, name, values, compressed);
  }
  // What is not fitted stays as it is.
  for (const name of Object.keys(compressed.parameters)) {
    if (found[name] !== undefined) continue;
    if (parameters[name] === undefined) throw new InputError(`The parameter ${name} is missing.`);
    found[name] = like(parameters, name, parameters[name].dataSync(), compressed);
  }
  const after = wholeMatrices(compressed, found);
  const [countsBefore, countsAfter] = [numbersAdded(model), numbersAdded(compressed)];
  const places = [...after.values()].map(({ place, map, whole }) => {
    const { map: old, whole: oldWhole } = before.get(place)!;
    return {
      place,
      from: old.kind,
      to: map.kind,
      error: relativeError(whole, oldWhole),
      parametersBefore: countsBefore.get(place)!,
      parametersAfter: countsAfter.get(place)!,
    };
  });
  return { model: compressed, parameters: found, places };
}

/** The parameters of every map, by their names in the model. */
function* fittedValues(
  model: RecurrentModel,
  compressed: RecurrentModel,
  before: ReadonlyMap<string, PlacedMap>,
): Generator<readonly [string, Float64Array]> {
  const { targets, values: shared } = shareProjections(model, compressed, before);
  const naming = namingOf(compressed);
  for (const [map, places] of groupedBy(mapsOf(compressed), ([, placed]) => placed)) {
    const olds = places.map(([place]) => before.get(place)!);
    const wanted = places.map(([place], i) => targets.get(place) ?? olds[i].matrix);
    const [{ map: old, matrix, values }] = olds;
    const stays =
      sameStructure(old, map) &&
      olds.every((other) => other.map === old) &&
      wanted.every((target) => target.every((value, i) => value === matrix[i]));
    const names = naming.namesOf(map);
    for (const [name, own] of Object.entries(
      stays ? values : (shared.get(map) ?? fitMap(map, meanOf(wanted))),
    )) {
      yield [names[name], own];
    }
  }
}

function relativeError(found: Float64Array, expected: Float64Array): number {
  const error = norm(subtract(found, expected));
  return error === 0 ? 0 : error / norm(expected);
}

/** A parameter of the new model where those of the old one live, in their precision. */
function like(
  parameters: Tensors,
  name: string,
  values: ArrayLike<number>,
  { parameters: specs }: RecurrentModel,
): Tensor {
  const [{ dtype, backend }] = Object.values(parameters);
  const made = tensor(Float64Array.from(values), specs[name].shape, { dtype, backend });
  // As for new parameters: kept where the kernels can reach them.
  if (currentScope() === null) made.storage.persist();
  return made;
}

/** Throws InputError unless the models differ in the structure of their maps alone. */
function checkAlike(model: RecurrentModel, compressed: RecurrentModel): void {
  const check = (what: string, found: unknown, expected: unknown) => {
    if (found === expected) return;
    throw new InputError(
      `compressModel: ${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)} as in the trained model.`,
    );
  };
  const [spec, own] = [compressed.spec, model.spec];
  check('inputSize', spec.inputSize, own.inputSize);
  check('outputSize', spec.outputSize, own.outputSize);
  check('the number of layers', spec.layers.length, own.layers.length);
  spec.layers.forEach((layer, i) => {
    const old = own.layers[i];
    check(`hidden of layers[${i}]`, layer.hidden, old.hidden);
    check(`cell of layers[${i}]`, layer.cell ?? 'lstm', old.cell ?? 'lstm');
    check(`reset of layers[${i}]`, layer.reset ?? 'after', old.reset ?? 'after');
    check(`peepholes of layers[${i}]`, layer.peepholes ?? false, old.peepholes ?? false);
    check(`bidirectional of layers[${i}]`, layer.bidirectional ?? false, old.bidirectional ?? false);
  });
}
