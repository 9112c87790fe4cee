import type { LinearMap } from '../maps/linearMap.ts';
import { Naming } from '../maps/naming.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { RecurrentModel } from './recurrentModel.ts';

/** Every map of a model by its place, `layers.0.input` to `head`; a tied map stands in several. */
export const mapsOf = (model: RecurrentModel): ReadonlyMap<string, LinearMap> =>
  new Map<string, LinearMap>([
    ...model.layers.flatMap((layer) =>
      Object.entries(layer.maps).map(([place, map]) => [`${layer.name}.${place}`, map] as const),
    ),
    ['head', model.head] as const,
  ]);

/** What the parameters of a model are called. */
export function namingOf(model: RecurrentModel): Naming {
  const naming = new Naming();
  for (const [place, map] of mapsOf(model)) naming.addMap(place, map);
  for (const [name, spec] of Object.entries(model.parameters)) {
    if (naming.specs[name] === undefined) naming.add(name, spec);
  }
  return naming;
}

/** How many numbers each place adds: those of its map that stand nowhere before. */
export function numbersAdded(model: RecurrentModel): ReadonlyMap<string, number> {
  const naming = namingOf(model);
  const counted = new Set<string>();
  const added = [...mapsOf(model)].map(([place, map]) => {
    const own = Object.values(naming.namesOf(map)).filter((name) => !counted.has(name));
    for (const name of own) counted.add(name);
    return [place, own.reduce((total, name) => total + sizeOf(naming.specs[name].shape), 0)] as const;
  });
  return new Map(added);
}
