import { InputError } from '../errors.ts';
import { checkSizes } from '../maps/checks.ts';
import type { Naming } from '../maps/naming.ts';
import { lstmLayer } from './lstmLayer.ts';
import { mapFromSpec } from './mapFromSpec.ts';
import type { RecurrentLayer } from './recurrentLayer.ts';
import type { LayerSpec } from './spec.ts';

/** The layer that a configuration describes, reading `inSize` values. Throws InputError for what does not fit. */
export function layerFromSpec(name: string, spec: LayerSpec, inSize: number, naming: Naming): RecurrentLayer {
  const { hidden, cell = 'lstm', input = 'dense', recurrent = 'dense' } = spec;
  checkSizes(name, { inSize, hidden });
  const gates = GATES[cell];
  if (gates === undefined) {
    throw new InputError(
      `${name}: cell is ${JSON.stringify(cell)}, expected one of ${Object.keys(GATES).join(', ')}.`,
    );
  }
  const maps = [
    mapFromSpec(input, inSize, hidden, gates),
    mapFromSpec(recurrent, hidden, hidden, gates),
  ] as const;
  return lstmLayer(name, ...maps, naming);
}

const GATES = { lstm: 4, gru: 3, rnn: 1 };
