import { macsOf, type Plan, planOf } from '../maps/plan.ts';
import { mapsOf, namingOf, numbersAdded } from './places.ts';
import { countParameters, type RecurrentModel } from './recurrentModel.ts';

/** One map of a model, as a line of its summary. */
export interface SummaryRow {
  /** Where the map stands: `layers.0.input`. */
  readonly place: string;
  /** The structure: `lowRank(16)`, or `lowRank(16) of layers.0.input` where it is tied to another place. */
  readonly kind: string;
  /** How it is multiplied. */
  readonly plan: Plan;
  /** `[out, in]` of the whole matrix. */
  readonly shape: readonly [number, number];
  /** Numbers that this map adds, biases apart; 0 where everything is shared with an earlier place. */
  readonly parameters: number;
  /** Multiply-accumulates for one input row. */
  readonly macs: number;
}

/** What a model is made of, and what it costs. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  /** Those of the recurrent layers, biases included, without the output layer. */
  readonly lstmParameters: number;
  /** Multiply-accumulates for one input row, all layers and the output layer. */
  readonly macs: number;
  readonly lstmMacs: number;
}

/** Vectors that a map takes at a time, for choosing its plan: a usual batch. */
const ROWS = 16;

/** Describes every map of a model; each parameter is counted once, at its first place. */
export function summarise(model: RecurrentModel): Summary {
  const naming = namingOf(model);
  const added = numbersAdded(model);
  const plans = new Map<string, Plan | undefined>(
    model.layers.flatMap(({ name, plans }) =>
      Object.entries(plans).map(([place, plan]) => [`${name}.${place}`, plan] as const),
    ),
  );
  const rows = [...mapsOf(model)].map(([place, map]): SummaryRow => {
    const plan = planOf(map, ROWS, plans.get(place));
    const first = naming.firstPlaceOf(map);
    return {
      place,
      kind: first === place ? map.kind : `${map.kind} of ${first}`,
      plan,
      shape: [map.outSize, map.inSize],
      parameters: added.get(place)!,
      macs: macsOf(map, ROWS, plan),
    };
  });
  const ofLayers = Object.entries(model.parameters).filter(([name]) => name.startsWith('layers.'));
  const lstmMacs = rows.slice(0, -1).reduce((total, row) => total + row.macs, 0);
  return {
    rows,
    parameters: countParameters(model.parameters),
    lstmParameters: countParameters(Object.fromEntries(ofLayers)),
    macs: lstmMacs + rows[rows.length - 1].macs,
    lstmMacs,
  };
}
