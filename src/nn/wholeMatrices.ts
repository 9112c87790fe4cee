import type { Tensors } from '../autograd/grad.ts';
import { multiply } from '../linearAlgebra/matrix.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import { matrixOf } from '../maps/matrixOf.ts';
import type { Naming } from '../maps/naming.ts';
import { isSharedLowRank } from '../maps/sharedLowRank.ts';
import { columns, sideBySide } from './matrices.ts';
import { mapsOf, namingOf } from './places.ts';
import type { RecurrentLayer } from './recurrentLayer.ts';
import type { RecurrentModel } from './recurrentModel.ts';

/** A map of a model where it stands, with its matrix in float64, row-major. */
export interface PlacedMap {
  /** `layers.0.input` */
  readonly place: string;
  readonly map: LinearMap;
  /** Its parameters, by the names that the map knows. */
  readonly values: Readonly<Record<string, Float64Array>>;
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
  /** In how many parts the projected values fall, of which each gate of the recurrence reads one; 1 for none. */
  readonly blocks: number;
}

/** What a layer emits, side by side: one part for each direction. */
export const emissions = (layer: RecurrentLayer): readonly Emission[] =>
  placesOf(layer, 'recurrent').map(({ place, map }) => {
    const hidden = map.inSize;
    if (!isSharedLowRank(map)) {
      return { place, recurrent: map, hidden, width: hidden, projection: null, blocks: 1 };
    }
    const { projection, blocks } = map.structure;
    return { place, recurrent: map, hidden, width: projection.outSize, projection, blocks };
  });

/** The maps that read what layer `index` emits: the next layer's input maps, or the output layer's. */
export const readers = (model: RecurrentModel, index: number) =>
  index + 1 < model.layers.length
    ? placesOf(model.layers[index + 1], 'input')
    : [{ place: 'head', map: model.head }];

/** Every map of a model with its matrices, by place. Throws InputError when a parameter is missing. */
export function wholeMatrices(model: RecurrentModel, parameters: Tensors): ReadonlyMap<string, PlacedMap> {
  const naming = namingOf(model);
  const below = new Map(
    model.layers.flatMap((layer, i) => readers(model, i).map(({ place }) => [place, layer] as const)),
  );
  const placed = [...mapsOf(model)].map(([place, map]): PlacedMap => {
    const values = valuesOf(map, naming, parameters);
    const matrix = matrixOf(map, values);
    const layer = below.get(place);
    const whole =
      layer === undefined ? matrix : throughEmissions(matrix, map.outSize, layer, naming, parameters);
    return { place, map, values, matrix, whole };
  });
  return new Map(placed.map((found) => [found.place, found]));
}

/** A matrix on what a layer emits, as one on its hidden states. */
function throughEmissions(
  matrix: Float64Array,
  rows: number,
  layer: RecurrentLayer,
  naming: Naming,
  parameters: Tensors,
): Float64Array {
  let from = 0;
  const parts = emissions(layer).map(({ projection, hidden, width }) => {
    const part = columns(matrix, rows, from, width);
    from += width;
    if (projection === null) return part;
    const p = matrixOf(projection, valuesOf(projection, naming, parameters));
    return multiply(part, p, rows, width, hidden);
  });
  return sideBySide(parts, rows);
}

/** Maps of a layer that stand in one place, in every direction: `input`, or `forward.input` and `backward.input`. */
const placesOf = (layer: RecurrentLayer, kind: 'input' | 'recurrent') =>
  Object.entries(layer.maps)
    .filter(([place]) => place.split('.').at(-1) === kind)
    .map(([place, map]) => ({ place: `${layer.name}.${place}`, map }));

const valuesOf = (map: LinearMap, naming: Naming, parameters: Tensors) =>
  Object.fromEntries(
    Object.entries(naming.pick(map, parameters)).map(([name, value]) => [
      name,
      Float64Array.from(value.dataSync()),
    ]),
  );
