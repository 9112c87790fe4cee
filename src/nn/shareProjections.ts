import { fitShared } from '../maps/fits/fitMap.ts';
import { allParameters, type LinearMap } from '../maps/linearMap.ts';
import { columns, meanOf, onDiagonal, sideBySide } from './matrices.ts';
import type { RecurrentModel } from './recurrentModel.ts';
import { type Emission, emissions, type PlacedMap, readers } from './wholeMatrices.ts';

/** What the shared projections of a new model decide. */
export interface SharedProjections {
  /** For every map that reads a layer: the matrix to fit it to, on what that layer emits now. By place. */
  readonly targets: ReadonlyMap<string, Float64Array>;
  /** The parameters of the recurrent maps whose projection is a new one, by the names that the map knows. */
  readonly values: ReadonlyMap<LinearMap, Readonly<Record<string, Float64Array>>>;
}

/**
 * Finds every new projection for all that reads it together: the layer's recurrence and the maps above, of all layers
 * that it is tied in. A projection that the old model has likewise stays. `before` are the old model's matrices by place.
 */
export function shareProjections(
  model: RecurrentModel,
  compressed: RecurrentModel,
  before: ReadonlyMap<string, PlacedMap>,
): SharedProjections {
  const values = new Map<LinearMap, Readonly<Record<string, Float64Array>>>();
  const found = new Map<Feed, readonly Float64Array[]>();
  const layers = compressed.layers.map((_, index) => feedsOf(model, compressed, index, before));
  for (const feeds of groupedBy(layers.flat(), ({ emission }) => emission.recurrent).values()) {
    const [{ emission, old }] = feeds;
    const stays = sameStructure(old, emission.recurrent) && feeds.every((feed) => feed.old === old);
    if (!stays && emission.projection !== null) {
      values.set(emission.recurrent, fitProjection(emission.projection, feeds, before, found));
      continue;
    }
    for (const feed of feeds) found.set(feed, stays ? feed.ofEmitted : feed.ofState);
  }
  const targets = layers.flatMap((feeds, index) =>
    readers(compressed, index).map(({ place, map }, reader) => {
      const parts = feeds.map((feed) => found.get(feed)![reader]);
      return [place, sideBySide(parts, map.outSize)] as const;
    }),
  );
  return { targets: new Map(targets), values };
}

/** A state that a layer emits in one direction, and the matrices above that read it. */
interface Feed {
  readonly emission: Emission;
  /** The recurrent map in the old model. */
  readonly old: LinearMap;
  readonly readers: readonly LinearMap[];
  /** The readers' columns on what the old layer emits, and on its hidden state. */
  readonly ofEmitted: readonly Float64Array[];
  readonly ofState: readonly Float64Array[];
}

function feedsOf(
  model: RecurrentModel,
  compressed: RecurrentModel,
  index: number,
  before: ReadonlyMap<string, PlacedMap>,
): Feed[] {
  const above = readers(compressed, index);
  const old = emissions(model.layers[index]);
  let [emittedFrom, stateFrom] = [0, 0];
  return emissions(compressed.layers[index]).map((emission, direction) => {
    const { width, hidden, recurrent } = old[direction];
    const own = above.map(({ place }) => before.get(place)!);
    const feed = {
      emission,
      old: recurrent,
      readers: above.map(({ map }) => map),
      ofEmitted: own.map(({ matrix, map }) => columns(matrix, map.outSize, emittedFrom, width)),
      ofState: own.map(({ whole, map }) => columns(whole, map.outSize, stateFrom, hidden)),
    };
    emittedFrom += width;
    stateFrom += hidden;
    return feed;
  });
}

/** The parameters of a recurrent map that stands in the places of `feeds`; the readers' matrices are put into `found`. */
function fitProjection(
  projection: LinearMap,
  feeds: readonly Feed[],
  before: ReadonlyMap<string, PlacedMap>,
  found: Map<Feed, readonly Float64Array[]>,
): Readonly<Record<string, Float64Array>> {
  const [{ emission }] = feeds;
  const { outSize } = emission.recurrent;
  // Σᵢ‖M − Mᵢ‖² = n‖M − mean‖² + const, so the mean counts n times (√n before squaring).
  const weight = Math.sqrt(feeds.length);
  const recurrence = meanOf(feeds.map((feed) => before.get(feed.emission.place)!.matrix));
  const above = feeds.flatMap((feed) =>
    feed.ofState.map((matrix, reader) => {
      const blocks = partsRead(feed, reader);
      return { matrix, outSize: matrix.length / emission.hidden, blocks };
    }),
  );
  const matrices = [
    { matrix: recurrence.map((x) => weight * x), outSize, blocks: emission.blocks },
    ...above,
  ];
  const { projection: values, z } = fitShared(projection, matrices, emission.blocks);
  let next = 1;
  for (const feed of feeds) {
    const own = feed.ofState.map((_, reader) => {
      const blocks = partsRead(feed, reader);
      return blocks === 1 ? z[next++] : onDiagonal(z[next++], blocks, emission.width / blocks);
    });
    found.set(feed, own);
  }
  const named = Object.entries(values).map(([name, value]) => [`projection.${name}`, value]);
  return { z: z[0].map((x) => x / weight), ...Object.fromEntries(named) };
}

/** In how many parts a reader takes a state: as many as it is projected to, if each of its gates reads one. */
function partsRead({ emission, readers: maps }: Feed, reader: number): number {
  const map = maps[reader];
  const { structure, inSize } = map;
  const readsParts = structure.kind === 'blockDiagonal' && structure.blocks === emission.blocks;
  return inSize === emission.width && readsParts ? structure.blocks : 1;
}

/** Lists of what has the same key, in order. */
export function groupedBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
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
