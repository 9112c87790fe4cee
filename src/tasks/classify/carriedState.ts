import type { Tensors } from '../../autograd/grad.ts';
import type { Backend } from '../../backends/index.ts';
import type { LayerState } from '../../nn/recurrentLayer.ts';
import { tensor } from '../../tensor/tensor.ts';
import { type SavedTensors, savedValues } from '../training/savedTensors.ts';

/** The states of all layers between two batches. */
export type CarriedState = readonly LayerState[];

/** States by the names that they are saved under: `state.0.h`. */
export function namedStates(states: CarriedState): Tensors {
  return Object.fromEntries(
    states.flatMap((state, layer) =>
      Object.entries(state).map(([entry, value]) => [`${PREFIX}${layer}.${entry}`, value] as const),
    ),
  );
}

/**
 * The states of `layers` layers in a checkpoint. Throws InputError naming the file where one is damaged; whether they fit
 * the layers is known when these read them.
 */
export function savedStates(
  saved: SavedTensors,
  layers: number,
  backend: Backend,
  path: string,
): CarriedState {
  return Array.from({ length: layers }, (_, layer) => {
    const prefix = `${PREFIX}${layer}.`;
    const names = Object.keys(saved.tensors).filter((name) => name.startsWith(prefix));
    return Object.fromEntries(
      names.map((name) => {
        const { shape } = saved.tensors[name]!;
        return [name.slice(prefix.length), tensor(savedValues(saved, name, shape, path), shape, { backend })];
      }),
    );
  });
}

/** Whether a tensor of a checkpoint is part of a state. */
export const isStateName = (name: string): boolean => name.startsWith(PREFIX);

const PREFIX = 'state.';
