import { InputError } from '../errors.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { show } from '../tensor/shape.ts';

/**
 * The map at `target`, which stands at `place` as well. In a bidirectional layer `layers.0.recurrent` means the map of the
 * same direction. Throws InputError naming both places when there is none before, or its matrix has another shape.
 */
export function tiedMap(
  place: string,
  target: string,
  shape: readonly [number, number],
  naming: Naming,
): LinearMap {
  const direction = /\.(forward|backward)\./.exec(place);
  const sameDirection = direction && String(target).replace(/\.(input|recurrent)$/, `${direction[0]}$1`);
  const map = naming.mapAt(target) ?? (sameDirection ? naming.mapAt(sameDirection) : undefined);
  if (map === undefined) {
    const known = naming.places.length === 0 ? 'of which there are none' : naming.places.join(', ');
    throw new InputError(`${place} is tied to ${target}, expected a place before it: ${known}.`);
  }
  if (map.outSize !== shape[0] || map.inSize !== shape[1]) {
    throw new InputError(
      `${place} is tied to ${target}, whose matrix is ${show([map.outSize, map.inSize])}, expected ${show(shape)} as at ${place}.`,
    );
  }
  return map;
}
