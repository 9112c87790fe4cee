import type { LinearMap } from '../maps/linearMap.ts';
import { macsOf, type Plan, planOf } from '../maps/plan.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { RecurrentModel } from './recurrentModel.ts';

/** One map of a model, as a line of its summary. */
export interface SummaryRow {
  /** Where the map stands: `layers.0.input`. */
  readonly place: string;
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
  const rows: SummaryRow[] = [];
  const count = (isOurs: (name: string) => boolean) =>
    Object.entries(model.parameters)
      .filter(([name]) => isOurs(name))
      .reduce((total, [, { shape }]) => total + sizeOf(shape), 0);
  const add = (place: string, map: LinearMap, wanted?: Plan) => {
    const names = namesOf(place, map);
    const parameters = count((name) => names.has(name));
    const plan = planOf(map, ROWS, wanted);
    const shape = [map.outSize, map.inSize] as const;
    rows.push({ place, kind: map.kind, plan, shape, parameters, macs: macsOf(map, ROWS, plan) });
  };
  for (const layer of model.layers) {
    for (const [place, map] of Object.entries(layer.maps)) add(`${layer.name}.${place}`, map, layer.plan);
  }
  const lstmMacs = rows.reduce((total, row) => total + row.macs, 0);
  add('head', model.head);
  return {
    rows,
    parameters: count(() => true),
    lstmParameters: count((name) => name.startsWith('layers.')),
    macs: lstmMacs + rows[rows.length - 1].macs,
    lstmMacs,
  };
}

/** The names that the parameters of a map have when it is the first to use them. */
const namesOf = (place: string, map: LinearMap): ReadonlySet<string> =>
  new Set([
    ...Object.keys(map.parameters).map((name) => `${place}.${name}`),
    ...Object.entries(map.parts ?? {}).flatMap(([name, part]) => [...namesOf(`${place}.${name}`, part)]),
  ]);
