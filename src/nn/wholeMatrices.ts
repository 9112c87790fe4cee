import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { multiply } from '../linearAlgebra/matrix.ts';
import { allParameters, type LinearMap, toDense } from '../maps/linearMap.ts';
import { isSharedLowRank } from '../maps/sharedLowRank.ts';
import { scope } from '../tensor/scope.ts';
import { tensor } from '../tensor/tensor.ts';
import type { RecurrentLayer } from './recurrentLayer.ts';
import type { RecurrentModel } from './recurrentModel.ts';

/** A map of a model where it stands, with its matrix in float64, row-major. */
export interface PlacedMap {
  /** `layers.0.input`; the parameters of the map are named after it. */
  readonly place: string;
  readonly map: LinearMap;
  /** [out, in], as the map is applied to what the layer below emits. */
  readonly matrix: Float64Array;
  /**
   * [out, hidden units below]: the map as it reads the hidden state of the layer below, past whatever projection that
   * layer emits it through. Of two models of equal sizes these are of one shape.
   */
  readonly whole: Float64Array;
}

/** Part of what a layer emits: its hidden state in one direction, or a projection of that. */
export interface Emission {
  /** Where the recurrent map stands that the state feeds. */
  readonly place: string;
  readonly recurrent: LinearMap;
  readonly hidden: number;
  /** How many values are emitted. */
  readonly width: number;
  /** Null where the state itself is emitted. */
  readonly projection: LinearMap | null;
}

/** What a layer emits, side by side: one part for each direction. */
export const emissions = (layer: RecurrentLayer): readonly Emission[] =>
  placesOf(layer, 'recurrent').map(({ place, map }) => {
    const projection = isSharedLowRank(map) ? map.parts.projection : null;
    const hidden = map.inSize;
    return { place, recurrent: map, hidden, width: projection?.outSize ?? hidden, projection };
  });

/** The maps that read what layer `index` emits: the next layer's input maps, or the output layer's. */
export const readers = (model: RecurrentModel, index: number) =>
  index + 1 < model.layers.length
    ? placesOf(model.layers[index + 1], 'input')
    : [{ place: 'head', map: model.head }];

/** Every map of a model with its matrices, by place. Throws InputError when a parameter is missing. */
export function wholeMatrices(model: RecurrentModel, parameters: Tensors): ReadonlyMap<string, PlacedMap> {
  const found = new Map<string, PlacedMap>();
  const add = (place: string, map: LinearMap, below: RecurrentLayer | null) => {
    const matrix = matrixOf(map, place, parameters);
    const whole = below === null ? matrix : throughEmissions(matrix, map.outSize, below, parameters);
    found.set(place, { place, map, matrix, whole });
  };
  model.layers.forEach((layer, i) => {
    for (const { place, map } of placesOf(layer, 'input')) add(place, map, model.layers[i - 1] ?? null);
    for (const { place, map } of placesOf(layer, 'recurrent')) add(place, map, null);
  });
  add('head', model.head, model.layers[model.layers.length - 1]);
  return found;
}

/** The columns of a matrix from `from` on, `count` of them. */
export function columns(matrix: Float64Array, rows: number, from: number, count: number): Float64Array {
  const width = matrix.length / rows;
  const part = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++)
    part.set(matrix.subarray(i * width + from, i * width + from + count), i * count);
  return part;
}

/** Matrices of equally many rows side by side. */
export function sideBySide(matrices: readonly Float64Array[], rows: number): Float64Array {
  const widths = matrices.map((matrix) => matrix.length / rows);
  const width = widths.reduce((total, own) => total + own, 0);
  const joined = new Float64Array(rows * width);
  let from = 0;
  matrices.forEach((matrix, m) => {
    for (let i = 0; i < rows; i++)
      joined.set(matrix.subarray(i * widths[m], (i + 1) * widths[m]), i * width + from);
    from += widths[m];
  });
  return joined;
}

/** A matrix on what a layer emits, as one on its hidden states. */
function throughEmissions(
  matrix: Float64Array,
  rows: number,
  layer: RecurrentLayer,
  parameters: Tensors,
): Float64Array {
  let from = 0;
  const parts = emissions(layer).map(({ place, projection, hidden, width }) => {
    const part = columns(matrix, rows, from, width);
    from += width;
    if (projection === null) return part;
    return multiply(part, matrixOf(projection, `${place}.projection`, parameters), rows, width, hidden);
  });
  return sideBySide(parts, rows);
}

/** Maps of a layer that stand in one place, in every direction: `input`, or `forward.input` and `backward.input`. */
const placesOf = (layer: RecurrentLayer, kind: 'input' | 'recurrent') =>
  Object.entries(layer.maps)
    .filter(([place]) => place.split('.').at(-1) === kind)
    .map(([place, map]) => ({ place: `${layer.name}.${place}`, map }));

function matrixOf(map: LinearMap, place: string, parameters: Tensors): Float64Array {
  return scope(() => {
    const own = Object.entries(allParameters(map)).map(([name, { shape }]) => {
      const found = parameters[`${place}.${name}`];
      if (found === undefined) throw new InputError(`The parameter ${place}.${name} is missing.`);
      return [name, tensor(found.dataSync(), shape, { dtype: 'float64' })];
    });
    return toDense(map, Object.fromEntries(own)).dataSync() as Float64Array;
  });
}
