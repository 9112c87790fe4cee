import type { LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { applyPlanned, type Plan, productOf } from '../maps/plan.ts';
import { isSharedLowRank } from '../maps/sharedLowRank.ts';
import { lstmSequence } from '../ops/lstmSequence.ts';
import { cellMaps, firstState, lastStep, plansOf, type RecurrentLayer } from './recurrentLayer.ts';

export interface LstmLayerOptions {
  /** Whether the gates see the cell; false unless given. */
  readonly peepholes?: boolean;
  /** How both maps are multiplied; the cheaper way unless given. */
  readonly plan?: Plan;
}

/**
 * An LSTM layer from its two maps. Where the recurrence is Z_h P with a shared projection P, the layer computes P h once
 * in each step and emits it, so that the next layer's input map is its own Z_x on it; otherwise it emits h. With
 * `peepholes` the gates see the cell.
 * Throws InputError when the maps do not make one layer, or have no transforms that are wanted.
 */
export function lstmLayer(
  name: string,
  input: LinearMap,
  recurrent: LinearMap,
  naming: Naming,
  { peepholes = false, plan }: LstmLayerOptions = {},
): RecurrentLayer {
  const hidden = cellMaps(name, 4, input, recurrent, naming);
  const plans = plansOf(name, { input, recurrent }, plan);
  // The forget gate begins open (Gers et al. 2000; Jozefowicz et al. 2015).
  const start = Array.from({ length: 4 * hidden }, (_, i) => (i >= hidden && i < 2 * hidden ? 1 : 0));
  naming.add(`${name}.bias`, { shape: [4 * hidden], deviation: 0, start });

  if (peepholes) naming.add(`${name}.peepholes`, { shape: [3 * hidden], deviation: 0 });

  const projection = isSharedLowRank(recurrent) ? recurrent.structure.projection : null;
  const outSize = projection?.outSize ?? hidden;

  return {
    name,
    maps: { input, recurrent },
    plans,
    outSize,
    apply(parameters, x, state, lengths) {
      const { h: h0, c: c0 } = firstState(name, x, state, { h: outSize, c: hidden });
      const projectionFactors = projection?.factors(naming.pick(projection, parameters)) ?? [];
      const ofRecurrent = naming.pick(recurrent, parameters);
      const { h, c } = lstmSequence({
        gates: applyPlanned(input, naming.pick(input, parameters), x, plans.input),
        bias: naming.parameter(`${name}.bias`, parameters),
        h0,
        c0,
        // Z_h P is applied to the emitted P h: only Z_h is left for the recurrence.
        recurrent:
          projection === null
            ? productOf(recurrent, ofRecurrent, x.shape[1], plans.recurrent)
            : recurrent.factors(ofRecurrent).slice(projectionFactors.length),
        projection: projectionFactors,
        peepholes: peepholes ? naming.parameter(`${name}.peepholes`, parameters) : undefined,
        lengths,
      });
      return { y: h, state: { h: lastStep(h), c: lastStep(c) } };
    },
  };
}
