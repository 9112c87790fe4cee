import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countParameters,
  InputError,
  type LayerSpec,
  type MapSpec,
  multiply,
  type RecurrentModel,
  type RecurrentModelSpec,
  recurrentModel,
  sum,
  summarise,
  type Tensors,
  toDense,
  valueAndGrad,
} from '../../src/index.ts';
import { mapsOf, namingOf } from '../../src/nn/places.ts';
import { modelSpecs } from '../../src/testing/specArbitraries.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';

const tiedTo = (map: MapSpec | undefined): string | null =>
  typeof map === 'object' && 'tied' in map ? map.tied : null;

/** The same layers with a map of its own in every place. */
function untied(spec: RecurrentModelSpec): RecurrentModelSpec {
  const layers: LayerSpec[] = [];
  const own = <Spec extends MapSpec>(map: Spec | undefined): Spec | undefined => {
    const target = /^layers\.(\d+)\.(input|recurrent)$/.exec(tiedTo(map) ?? '');
    return target === null ? map : (layers[Number(target[1])][target[2] as 'recurrent'] as Spec | undefined);
  };
  for (const layer of spec.layers) {
    layers.push({ ...layer, input: own(layer.input), recurrent: own(layer.recurrent) });
  }
  return { ...spec, layers };
}

/** What the parameters of `apart`, a model without ties, are called in the tied one. */
function namesInTied(apart: RecurrentModel, tied: RecurrentModel): Record<string, string> {
  const names = Object.fromEntries(Object.keys(apart.parameters).map((name) => [name, name]));
  const [ofApart, ofTied] = [namingOf(apart), namingOf(tied)];
  const maps = mapsOf(tied);
  for (const [place, map] of mapsOf(apart)) {
    const own = ofTied.namesOf(maps.get(place)!);
    for (const [name, full] of Object.entries(ofApart.namesOf(map))) names[full] = own[name];
  }
  return names;
}

const withTies = modelSpecs({ largest: 4 }).filter(({ layers }) =>
  layers.some(({ input, recurrent }) => tiedTo(input) ?? tiedTo(recurrent)),
);

describe('a model with tied maps', () => {
  it('is the model with equal numbers in each place, and its gradients are the sums over the places', () => {
    fc.assert(
      fc.property(withTies, fc.nat(), (spec, seed) => {
        const [tied, apart] = [recurrentModel(spec), recurrentModel(untied(spec))];
        const parameters = tied.initialise(seed, float64);
        const names = namesInTied(apart, tied);
        const copies = Object.fromEntries(
          Object.keys(apart.parameters).map((name) => [name, copyTo(parameters[names[name]], float64)]),
        );
        const x = filled(seed, 'x', [4, 2, spec.inputSize]);
        const weights = filled(seed, 'weights', [4, 2, spec.outputSize]);
        const gradsOf = (model: RecurrentModel, own: Tensors) =>
          valueAndGrad((p: Tensors) => sum(multiply(weights, model.apply(p, x).y)))(own);
        const [found, expected] = [gradsOf(tied, parameters), gradsOf(apart, copies)];
        expect(Math.abs(found.value.item() - expected.value.item())).toBeLessThan(1e-11);
        for (const name of Object.keys(parameters)) {
          const uses = Object.keys(copies).filter((own) => names[own] === name);
          const total = new Float64Array(parameters[name].size);
          for (const use of uses)
            expected.grads[use].dataSync().forEach((value, i) => {
              total[i] += value;
            });
          expect(distance(found.grads[name].dataSync(), total, 1e-3), name).toBeLessThan(1e-9);
        }
      }),
    );
  });

  it('has every number once: in its parameters, and in its summary', () => {
    fc.assert(
      fc.property(withTies, (spec) => {
        const [tied, apart] = [recurrentModel(spec), recurrentModel(untied(spec))];
        const [rows, others] = [summarise(tied).rows, summarise(apart).rows];
        const saved = rows.reduce((total, row, i) => {
          const [, first] = / of (layers\..*)$/.exec(row.kind) ?? [];
          if (first === undefined) expect(row).toEqual(others[i]);
          else {
            expect(row.parameters).toBe(0);
            expect(row.kind).toBe(`${others[i].kind} of ${first}`);
            expect(rows.findIndex(({ place }) => place === first)).toBeLessThan(i);
          }
          return total + others[i].parameters - row.parameters;
        }, 0);
        expect(saved).toBeGreaterThan(0);
        expect(countParameters(tied.parameters)).toBe(countParameters(apart.parameters) - saved);
        expect(summarise(tied).parameters).toBe(countParameters(tied.parameters));
      }),
    );
  });
});

const layersOf = (...layers: LayerSpec[]) => recurrentModel({ inputSize: 6, layers, outputSize: 2 });

describe('a tied map', () => {
  it('may be that of the same layer, or one that is tied itself', () => {
    const model = layersOf(
      { hidden: 6, input: 'toeplitz', recurrent: { tied: 'layers.0.input' } },
      { hidden: 6, recurrent: { tied: 'layers.0.recurrent' } },
    );
    const maps = mapsOf(model);
    expect(maps.get('layers.0.recurrent')).toBe(maps.get('layers.0.input'));
    expect(maps.get('layers.1.recurrent')).toBe(maps.get('layers.0.input'));
    expect(Object.keys(model.parameters)).toEqual([
      'layers.0.input.t',
      'layers.0.bias',
      'layers.1.input.weight',
      'layers.1.bias',
      'head.weight',
      'head.bias',
    ]);
  });

  it('of a bidirectional layer is that of the same direction, unless it names one', () => {
    const model = layersOf(
      { hidden: 3, bidirectional: true },
      { hidden: 3, bidirectional: true, recurrent: { tied: 'layers.0.recurrent' } },
      { hidden: 3, recurrent: { tied: 'layers.1.backward.recurrent' } },
    );
    const maps = mapsOf(model);
    for (const direction of ['forward', 'backward']) {
      const first = maps.get(`layers.0.${direction}.recurrent`);
      expect(first).toBeDefined();
      expect(maps.get(`layers.1.${direction}.recurrent`)).toBe(first);
    }
    expect(maps.get('layers.2.recurrent')).toBe(maps.get('layers.0.backward.recurrent'));
  });

  it('with a shared projection is one projection for both layers', () => {
    const model = layersOf(
      { hidden: 6, recurrent: { sharedLowRank: 2 } },
      { hidden: 6, recurrent: { tied: 'layers.0.recurrent' } },
    );
    expect(model.layers.map(({ outSize }) => outSize)).toEqual([2, 2]);
    const names = Object.keys(model.parameters).filter((name) => name.includes('recurrent'));
    expect(names.sort()).toEqual(['layers.0.recurrent.projection.weight', 'layers.0.recurrent.z']);
  });

  it('may stand where its blocks are no gates', () => {
    // Four blocks of six rows on eight values, in a GRU of eight.
    const model = recurrentModel({
      inputSize: 8,
      layers: [
        { hidden: 6, input: { lowRank: 2, perGate: true } },
        { hidden: 8, cell: 'gru', reset: 'before', recurrent: { tied: 'layers.0.input' } },
      ],
      outputSize: 1,
    });
    const parameters = model.initialise(1, float64);
    const map = mapsOf(model).get('layers.0.input')!;
    const matrix = toDense(map, namingOf(model).pick(map, parameters));
    const apart = recurrentModel({
      ...model.spec,
      layers: [model.spec.layers[0], { ...model.spec.layers[1], recurrent: 'dense' }],
    });
    const x = filled(1, 'x', [4, 3, 8]);
    const expected = apart.apply({ ...parameters, 'layers.1.recurrent.weight': matrix }, x).y;
    expect(distance(model.apply(parameters, x).y.dataSync(), expected.dataSync())).toBeLessThan(1e-12);
  });

  const refuse = (message: string, ...layers: LayerSpec[]) => {
    expect(() => layersOf(...layers)).toThrow(InputError);
    expect(() => layersOf(...layers)).toThrow(message);
  };

  it('of another shape is refused, naming both places and both shapes', () => {
    refuse(
      'layers.1.recurrent is tied to layers.0.recurrent, whose matrix is [24, 6], expected [16, 4] as at layers.1.recurrent.',
      { hidden: 6 },
      { hidden: 4, recurrent: { tied: 'layers.0.recurrent' } },
    );
    refuse(
      'whose matrix is [24, 6], expected [18, 6]',
      { hidden: 6 },
      {
        hidden: 6,
        cell: 'gru',
        input: { tied: 'layers.0.input' },
      },
    );
  });

  it('of a place that does not come before is refused, naming those that do', () => {
    refuse(
      'layers.0.input is tied to layers.0.recurrent, expected a place before it: of which there are none.',
      { hidden: 6, input: { tied: 'layers.0.recurrent' } },
    );
    refuse(
      'layers.0.recurrent is tied to layers.1.recurrent, expected a place before it: layers.0.input.',
      { hidden: 6, recurrent: { tied: 'layers.1.recurrent' } },
      { hidden: 6 },
    );
    refuse(
      'layers.1.input is tied to layers.0.recurrent, expected a place before it: layers.0.forward.input, ' +
        'layers.0.forward.recurrent, layers.0.backward.input, layers.0.backward.recurrent.',
      { hidden: 6, bidirectional: true },
      { hidden: 6, input: { tied: 'layers.0.recurrent' } },
    );
    refuse('expected a place before it: layers.0.input.', { hidden: 6, recurrent: { tied: 'head' } });
    refuse('expected a place before it', { hidden: 6, recurrent: { tied: 3 as unknown as string } });
  });
});
