import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { applyMap, type LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import type { Plan } from '../maps/plan.ts';
import { isSharedLowRank } from '../maps/sharedLowRank.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { sameShape, show } from '../tensor/shape.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';

/** What a layer hands from step to step, by name: `h` [B, ·], and `c` [B, H] of an LSTM. */
export type LayerState = Tensors;

/** One recurrent layer over whole sequences. */
export interface RecurrentLayer {
  readonly name: string;
  /** The linear maps of the layer by their place in it: `input`, `recurrent`. */
  readonly maps: Readonly<Record<string, LinearMap>>;
  /** How each of the maps is multiplied; the cheaper way where it is undefined. */
  readonly plans: Readonly<Record<string, Plan | undefined>>;
  /** Width of what the layer emits. */
  readonly outSize: number;
  /**
   * x [T, B, I] → y [T, B, outSize] and the state after the last step. Steps from a sequence's length on hold its state.
   * Throws InputError when shapes do not fit or a parameter is missing.
   */
  apply(
    parameters: Tensors,
    x: Tensor,
    state?: LayerState,
    lengths?: ArrayLike<number>,
  ): { y: Tensor; state: LayerState };
}

/** The two maps of a layer, named, and its hidden size. Throws InputError unless they make one layer of `gates` gates. */
export function cellMaps(
  name: string,
  gates: number,
  input: LinearMap,
  recurrent: LinearMap,
  naming: Naming,
): number {
  const hidden = recurrent.inSize;
  for (const [place, map] of Object.entries({ input, recurrent })) {
    if (map.outSize !== gates * hidden) {
      throw new InputError(
        `${name}: the ${place} map gives ${map.outSize} values, expected ${gates} gates of the ${hidden} that the recurrent map takes.`,
      );
    }
    naming.addMap(`${name}.${place}`, map);
  }
  return hidden;
}

/**
 * What a GRU or a simple recurrent layer outputs from its state h: P h where its recurrence shares a projection P, else h
 * itself. (An LSTM computes P h in its own loop.)
 */
export function emittedBy(recurrent: LinearMap, naming: Naming) {
  if (!isSharedLowRank(recurrent)) return { outSize: recurrent.inSize, emit: (_: Tensors, h: Tensor) => h };
  const { projection } = recurrent.structure;
  const emit = (parameters: Tensors, h: Tensor) =>
    applyMap(projection, naming.pick(projection, parameters), h);
  return { outSize: projection.outSize, emit };
}

/**
 * How the maps of a layer are multiplied when `wanted` is named for it: that way where the map has it, else with matrices.
 * Throws InputError when transforms are wanted and no map has any.
 */
export function plansOf<Place extends string>(
  name: string,
  maps: Readonly<Record<Place, LinearMap>>,
  wanted: Plan | undefined,
): Readonly<Record<Place, Plan | undefined>> {
  const all = Object.entries<LinearMap>(maps);
  if (wanted === 'transforms' && all.every(([, { fast }]) => fast === undefined)) {
    const kinds = all.map(
      ([place, { kind, inSize, outSize }]) => `${place} ${kind} from ${inSize} to ${outSize}`,
    );
    throw new InputError(
      `${name}: plan is transforms, but no map of the layer has any (${kinds.join(', ')}); expected dense.`,
    );
  }
  const plans = all.map(([place, { fast }]) => [place, fast === undefined && wanted ? 'dense' : wanted]);
  return Object.fromEntries(plans) as Record<Place, Plan | undefined>;
}

/** The given first state, or zeros. Throws InputError when it has other entries or shapes. */
export function firstState(
  name: string,
  x: Tensor,
  state: LayerState | undefined,
  widths: Readonly<Record<string, number>>,
): LayerState {
  const batch = x.shape[1];
  const home = { dtype: x.dtype, backend: x.backend };
  return Object.fromEntries(
    Object.entries(widths).map(([entry, width]) => {
      if (state === undefined) return [entry, zeros([batch, width], home)];
      const found = state[entry];
      if (found === undefined || !sameShape(found.shape, [batch, width])) {
        const what = found === undefined ? 'is missing' : `has shape ${show(found.shape)}`;
        throw new InputError(`${name}: ${entry} of the state ${what}, expected ${show([batch, width])}.`);
      }
      return [entry, found];
    }),
  );
}

/** The last step of a sequence [T, B, width], as [B, width]. */
export function lastStep(sequence: Tensor): Tensor {
  const [time, ...shape] = sequence.shape;
  return reshape(slice(sequence, [time - 1], [1]), shape);
}
