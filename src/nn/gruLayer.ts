import { InputError } from '../errors.ts';
import { rowsOfProduct } from '../maps/factors.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { applyPlanned, type Plan, productOf } from '../maps/plan.ts';
import { gruResetBeforeSequence } from '../ops/gruResetBeforeSequence.ts';
import { gruSequence } from '../ops/gruSequence.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { cellMaps, emittedBy, firstState, lastStep, plansOf, type RecurrentLayer } from './recurrentLayer.ts';

export interface GruLayerOptions {
  /** Whether the reset gate acts before or after the recurrent product; `after` (as in PyTorch) unless given. */
  readonly reset?: 'before' | 'after';
  /** How both maps are multiplied; the cheaper way unless given. */
  readonly plan?: Plan;
}

/**
 * A layer of gated recurrent units from its two maps, resetting before or after the recurrent product. Where the
 * recurrence is Z_h P with a shared projection P, the layer emits P h. Throws InputError when the maps do not make one layer, or have no transforms that are wanted.
 */
export function gruLayer(
  name: string,
  input: LinearMap,
  recurrent: LinearMap,
  naming: Naming,
  { reset = 'after', plan }: GruLayerOptions = {},
): RecurrentLayer {
  if (reset !== 'before' && reset !== 'after') {
    throw new InputError(`${name}: reset is ${JSON.stringify(reset)}, expected before or after.`);
  }
  const hidden = cellMaps(name, 3, input, recurrent, naming);
  naming.add(`${name}.bias`, { shape: [3 * hidden], deviation: 0 });
  if (reset === 'after') naming.add(`${name}.recurrentBias`, { shape: [hidden], deviation: 0 });
  const { outSize, emit } = emittedBy(recurrent, naming);
  // One that resets before multiplies rows of the matrix apart.
  const plans =
    reset === 'after'
      ? plansOf(name, { input, recurrent }, plan)
      : { ...plansOf(name, { input }, plan), recurrent: 'dense' as const };

  return {
    name,
    maps: { input, recurrent },
    plans,
    outSize,
    apply(parameters, x, state, lengths) {
      const { h: h0 } = firstState(name, x, state, { h: hidden });
      const gates = applyPlanned(input, naming.pick(input, parameters), x, plans.input);
      const bias = naming.parameter(`${name}.bias`, parameters);
      const ofRecurrent = naming.pick(recurrent, parameters);
      let h: Tensor;
      if (reset === 'after') {
        const recurrentBias = naming.parameter(`${name}.recurrentBias`, parameters);
        const product = productOf(recurrent, ofRecurrent, x.shape[1], plans.recurrent);
        h = gruSequence({ gates, bias, recurrentBias, h0, recurrent: product, lengths });
      } else {
        // The candidate's product is with r∘h: it takes its own rows of the matrix.
        const factors = recurrent.factors(ofRecurrent);
        const recurrentGates = rowsOfProduct(factors, 0, 2 * hidden);
        const candidate = rowsOfProduct(factors, 2 * hidden, hidden);
        h = gruResetBeforeSequence({ gates, bias, h0, recurrentGates, candidate, lengths });
      }
      return { y: emit(parameters, h), state: { h: lastStep(h) } };
    },
  };
}
