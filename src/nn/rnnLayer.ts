import type { LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { applyPlanned, type Plan, productOf } from '../maps/plan.ts';
import { rnnSequence } from '../ops/rnnSequence.ts';
import { cellMaps, emittedBy, firstState, lastStep, plansOf, type RecurrentLayer } from './recurrentLayer.ts';

/**
 * A simple recurrent layer with tanh from its two maps. Where the recurrence is Z_h P with a shared projection P, the
 * layer emits P h. Throws InputError when the maps do not make one layer, or have no transforms that are wanted.
 */
export function rnnLayer(
  name: string,
  input: LinearMap,
  recurrent: LinearMap,
  naming: Naming,
  { plan }: { readonly plan?: Plan } = {},
): RecurrentLayer {
  const hidden = cellMaps(name, 1, input, recurrent, naming);
  const plans = plansOf(name, { input, recurrent }, plan);
  naming.add(`${name}.bias`, { shape: [hidden], deviation: 0 });
  const { outSize, emit } = emittedBy(recurrent, naming);

  return {
    name,
    maps: { input, recurrent },
    plans,
    outSize,
    apply(parameters, x, state, lengths) {
      const { h: h0 } = firstState(name, x, state, { h: hidden });
      const h = rnnSequence({
        gates: applyPlanned(input, naming.pick(input, parameters), x, plans.input),
        bias: naming.parameter(`${name}.bias`, parameters),
        h0,
        recurrent: productOf(recurrent, naming.pick(recurrent, parameters), x.shape[1], plans.recurrent),
        lengths,
      });
      return { y: emit(parameters, h), state: { h: lastStep(h) } };
    },
  };
}
