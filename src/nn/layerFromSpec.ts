import { expectOptions, InputError, shown } from '../errors.ts';
import { checkSizes } from '../maps/checks.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { bidirectional } from './bidirectional.ts';
import { gruLayer } from './gruLayer.ts';
import { lstmLayer } from './lstmLayer.ts';
import { mapFromSpec } from './mapFromSpec.ts';
import type { RecurrentLayer } from './recurrentLayer.ts';
import { rnnLayer } from './rnnLayer.ts';
import type { LayerSpec, MapSpec } from './spec.ts';
import { tiedMap } from './tiedMap.ts';

/** The layer that a configuration describes, reading `inSize` values. Throws InputError for what does not fit. */
export function layerFromSpec(name: string, spec: LayerSpec, inSize: number, naming: Naming): RecurrentLayer {
  expectOptions(name, spec, KEYS);
  const { hidden, cell = 'lstm', plan } = spec;
  checkSizes(name, { inSize, hidden });
  if (!Object.hasOwn(GATES, cell)) {
    throw new InputError(
      `${name}: cell is ${shown(cell)}, expected one of ${Object.keys(GATES).join(', ')}.`,
    );
  }
  if (plan !== undefined && plan !== 'dense' && plan !== 'transforms') {
    throw new InputError(`${name}: plan is ${shown(plan)}, expected dense or transforms.`);
  }
  for (const flag of ['peepholes', 'bidirectional'] as const) {
    if (spec[flag] !== undefined && typeof spec[flag] !== 'boolean') {
      throw new InputError(`${name}: ${flag} is ${shown(spec[flag])}, expected true or false.`);
    }
  }
  if (spec.reset !== undefined && cell !== 'gru') {
    throw new InputError(`${name}: reset is given for the cell ${cell}, expected it for gru only.`);
  }
  if (spec.peepholes && cell !== 'lstm') {
    throw new InputError(`${name}: peepholes are given for the cell ${cell}, expected them for lstm only.`);
  }
  if (!spec.bidirectional) return oneDirection(name, spec, inSize, naming);
  const [forward, backward] = ['forward', 'backward'].map((direction) =>
    oneDirection(`${name}.${direction}`, spec, inSize, naming),
  );
  return bidirectional(name, forward, backward);
}

const KEYS = ['hidden', 'cell', 'reset', 'peepholes', 'bidirectional', 'plan', 'input', 'recurrent'] as const;
const GATES = { lstm: 4, gru: 3, rnn: 1 };

function oneDirection(name: string, spec: LayerSpec, inSize: number, naming: Naming): RecurrentLayer {
  const { hidden, cell = 'lstm', input = 'dense', recurrent = 'dense', reset, peepholes, plan } = spec;
  const gates = GATES[cell];
  const mapOf = (place: string, map: MapSpec, width: number): LinearMap => {
    const full = `${name}.${place}`;
    const made =
      typeof map === 'object' && map !== null && 'tied' in map
        ? tiedMap(full, map.tied, [gates * hidden, width], naming)
        : mapFromSpec(full, map, width, hidden, gates);
    naming.addMap(full, made);
    return made;
  };
  const maps = [mapOf('input', input, inSize), mapOf('recurrent', recurrent, hidden)] as const;
  if (cell === 'rnn') return rnnLayer(name, ...maps, naming, { plan });
  if (cell === 'gru') return gruLayer(name, ...maps, naming, { reset, plan });
  return lstmLayer(name, ...maps, naming, { peepholes, plan });
}
