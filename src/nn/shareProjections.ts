import { allParameters, type LinearMap } from '../maps/linearMap.ts';
import { fitShared } from '../maps/sharedLowRank.ts';
import type { RecurrentModel } from './recurrentModel.ts';
import { columns, type Emission, emissions, type PlacedMap, readers, sideBySide } from './wholeMatrices.ts';

/** What the shared projections of a new model decide. */
export interface SharedProjections {
  /** For every map that reads a layer: the matrix that it is to be near to, on what that layer emits now. By place. */
  readonly targets: ReadonlyMap<string, Float64Array>;
  /** The parameters of the recurrent maps whose projection is a new one, by place and by the names that the map knows. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, Float64Array>>>;
}

/**
 * Finds every new projection for all that reads it together: the layer's recurrence and the maps above. A projection that
 * the old model has likewise stays. `before` are the old model's matrices by place.
 */
export function shareProjections(
  model: RecurrentModel,
  compressed: RecurrentModel,
  before: ReadonlyMap<string, PlacedMap>,
): SharedProjections {
  const targets = new Map<string, Float64Array>();
  const values = new Map<string, Readonly<Record<string, Float64Array>>>();
  compressed.layers.forEach((layer, index) => {
    const above = readers(compressed, index).map(({ place }) => before.get(place)!);
    const parts: Float64Array[][] = above.map(() => []);
    const oldEmissions = emissions(model.layers[index]);
    let [emittedFrom, stateFrom] = [0, 0];
    emissions(layer).forEach((emission, direction) => {
      const old = oldEmissions[direction];
      let own: readonly Float64Array[];
      if (sameStructure(old.recurrent, emission.recurrent)) {
        own = above.map(({ matrix, map }) => columns(matrix, map.outSize, emittedFrom, old.width));
      } else {
        own = above.map(({ whole, map }) => columns(whole, map.outSize, stateFrom, old.hidden));
        const shared = fitProjection(emission, before.get(emission.place)!.matrix, own);
        if (shared !== null) {
          values.set(emission.place, shared.values);
          own = shared.above;
        }
      }
      for (const [reader, part] of own.entries()) parts[reader].push(part);
      emittedFrom += old.width;
      stateFrom += old.hidden;
    });
    for (const [reader, { place, map }] of above.entries()) {
      targets.set(place, sideBySide(parts[reader], map.outSize));
    }
  });
  return { targets, values };
}

/** The parameters of a recurrent map with a projection, and Z_x for every matrix above; null for one without. */
function fitProjection(
  { projection, hidden }: Emission,
  matrix: Float64Array,
  above: readonly Float64Array[],
) {
  if (projection === null) return null;
  const matrices = [matrix, ...above].map((own) => ({ matrix: own, outSize: own.length / hidden }));
  const { projection: values, z } = fitShared(projection, matrices);
  const named = Object.entries(values).map(([name, value]) => [`projection.${name}`, value]);
  return { values: { z: z[0], ...Object.fromEntries(named) }, above: z.slice(1) };
}

/** Whether two maps are of one kind and take the same parameters. */
export function sameStructure(a: LinearMap, b: LinearMap): boolean {
  const shapes = (map: LinearMap) =>
    JSON.stringify(Object.entries(allParameters(map)).map(([name, { shape }]) => [name, shape]));
  const parts = Object.keys(a.parts ?? {});
  return (
    a.kind === b.kind &&
    a.inSize === b.inSize &&
    a.outSize === b.outSize &&
    shapes(a) === shapes(b) &&
    parts.every((part) => b.parts?.[part] !== undefined && sameStructure(a.parts![part], b.parts[part]))
  );
}
