import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compressModel,
  countParameters,
  InputError,
  type LayerSpec,
  type MapSpec,
  matmul,
  type RecurrentModel,
  type RecurrentModelSpec,
  recurrentModel,
  type Tensors,
  toDense,
} from '../../src/index.ts';
import { svd } from '../../src/linearAlgebra/index.ts';
import { distance, filled, float64 } from '../testing/values.ts';

const specOf = (...layers: LayerSpec[]): RecurrentModelSpec => ({ inputSize: 5, layers, outputSize: 4 });

/** A model with parameters in float64, biases among them that are not zero. */
function trained(spec: RecurrentModelSpec, seed: number): { model: RecurrentModel; parameters: Tensors } {
  const model = recurrentModel(spec);
  const initial = model.initialise(seed, float64);
  const parameters = Object.fromEntries(
    Object.entries(initial).map(([name, value]) => [
      name,
      name.endsWith('ias') || name.endsWith('peepholes') ? filled(seed, name, value.shape) : value,
    ]),
  );
  return { model, parameters };
}

function outputs(model: RecurrentModel, parameters: Tensors): Float64Array {
  const x = filled(1, 'x', [7, 3, 5]);
  return model.apply(parameters, x, { lengths: [7, 4, 1] }).y.dataSync() as Float64Array;
}

/** The whole matrix of a map of an LSTM without directions on the hidden state below, by the model's own ops. */
function wholeOf(model: RecurrentModel, parameters: Tensors, place: string): Float64Array {
  const [, index, kind] = /^(?:layers\.(\d)\.(input|recurrent)|head)$/.exec(place)!;
  const layer = index === undefined ? model.layers.length : Number(index);
  const map = kind === undefined ? model.head : model.layers[layer].maps[kind];
  const named = (prefix: string) =>
    Object.fromEntries(
      Object.entries(parameters).flatMap(([name, value]) =>
        name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value]] : [],
      ),
    );
  const own = toDense(map, named(place));
  const below = kind === 'recurrent' || layer === 0 ? undefined : model.layers[layer - 1].maps.recurrent;
  const projection = below?.parts?.projection;
  if (projection === undefined) return own.dataSync() as Float64Array;
  const p = toDense(projection, named(`layers.${layer - 1}.recurrent.projection`));
  return matmul(own, p).dataSync() as Float64Array;
}

const length = (values: Float64Array) => Math.sqrt(values.reduce((total, value) => total + value ** 2, 0));

const cells: Record<string, Partial<LayerSpec>> = {
  'an LSTM': {},
  'an LSTM with peepholes': { peepholes: true },
  'a GRU that resets after': { cell: 'gru' },
  'a GRU that resets before': { cell: 'gru', reset: 'before' },
  'a simple RNN': { cell: 'rnn' },
  'an LSTM in both directions': { bidirectional: true },
};

describe.each(Object.entries(cells))('compression of %s', (_, cell) => {
  const dense = specOf({ hidden: 6, ...cell }, { hidden: 4, ...cell });

  it('to the same structure changes nothing', () => {
    for (const maps of [
      {},
      { recurrent: { sharedLowRank: 2 }, input: 'circulant' },
      { recurrent: { toeplitzLike: 1 }, input: { hashed: 5 } },
      { recurrent: { sharedLowRank: 2, perGate: true }, input: { lowRank: 1, perGate: true } },
    ] as const) {
      const spec = specOf({ hidden: 6, ...cell, ...maps }, { hidden: 4, ...cell, ...maps });
      const { model, parameters } = trained(spec, 3);
      const { parameters: found, places } = compressModel(model, parameters, spec);
      expect(Object.keys(found).sort()).toEqual(Object.keys(parameters).sort());
      for (const [name, value] of Object.entries(parameters)) {
        expect(Array.from(found[name].dataSync())).toEqual(Array.from(value.dataSync()));
      }
      expect(places.every(({ error }) => error === 0)).toBe(true);
    }
  });

  it.each<[string, Partial<LayerSpec>]>([
    ['low rank', { input: { lowRank: 12 }, recurrent: { lowRank: 6 } }],
    ['a shared projection', { recurrent: { sharedLowRank: 6 } }],
    ['a shared projection under low rank', { input: { lowRank: 12 }, recurrent: { sharedLowRank: 6 } }],
    [
      'low rank for each gate',
      { input: { lowRank: 6, perGate: true }, recurrent: { lowRank: 6, perGate: true } },
    ],
    ['a shared projection for each gate', { recurrent: { sharedLowRank: 6, perGate: true } }],
    ['Toeplitz-like matrices', { input: { toeplitzLike: 12 }, recurrent: { toeplitzLike: 6 } }],
  ])('to %s of full rank keeps the outputs', (_, maps) => {
    const { model, parameters } = trained(dense, 5);
    const spec = specOf({ hidden: 6, ...cell, ...maps }, { hidden: 4, ...cell, ...maps });
    const compressed = compressModel(model, parameters, spec);
    const expected = outputs(model, parameters);
    expect(distance(outputs(compressed.model, compressed.parameters), expected)).toBeLessThan(1e-8);
    expect(Math.max(...compressed.places.map(({ error }) => error))).toBeLessThan(1e-8);
    // And back to dense matrices.
    const back = compressModel(compressed.model, compressed.parameters, dense);
    expect(distance(outputs(back.model, back.parameters), expected)).toBeLessThan(1e-8);
  });
});

describe('maps that stand in several places', () => {
  const own = specOf({ hidden: 4 }, { hidden: 4 }, { hidden: 4 });
  const recurrent = (map: MapSpec, tied: string) =>
    specOf(
      { hidden: 4, recurrent: map },
      { hidden: 4, recurrent: { tied } },
      { hidden: 4, recurrent: { tied } },
    );
  const first = 'layers.0.recurrent';
  const places = [0, 1, 2].map((i) => `layers.${i}.recurrent`);

  it('become the nearest to all: a dense one the mean', () => {
    const { model, parameters } = trained(own, 5);
    const compressed = compressModel(model, parameters, recurrent('dense', first));
    const [a, b, c] = places.map((place) => wholeOf(model, parameters, place));
    const mean = a.map((value, i) => (value + b[i] + c[i]) / 3);
    expect(distance(compressed.parameters[`${first}.weight`].dataSync(), mean)).toBeLessThan(1e-14);
    const after = compressed.places.filter(({ place }) => places.includes(place));
    expect(after.map(({ parametersAfter }) => parametersAfter)).toEqual([64, 0, 0]);
    for (const [i, matrix] of [a, b, c].entries()) {
      const error = length(mean.map((value, k) => value - matrix[k])) / length(matrix);
      expect(Math.abs(after[i].error - error)).toBeLessThan(1e-12);
    }
  });

  it('leave of all recurrences and readers what one projection has no room for', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, rank) => {
        const { model, parameters } = trained(own, seed);
        const { places: errors } = compressModel(
          model,
          parameters,
          recurrent({ sharedLowRank: rank }, first),
        );
        const readers = ['layers.1.input', 'layers.2.input', 'head'];
        const matrixOf = (place: string) => wholeOf(model, parameters, place);
        const left = errors
          .filter(({ place }) => [...places, ...readers].includes(place))
          .reduce((total, { place, error }) => total + (error * length(matrixOf(place))) ** 2, 0);
        const [a, b, c] = places.map(matrixOf);
        const mean = a.map((value, i) => (value + b[i] + c[i]) / 3);
        const spread = [a, b, c].reduce(
          (total, matrix) => total + length(matrix.map((value, i) => value - mean[i])) ** 2,
          0,
        );
        const stacked = Float64Array.from([
          ...mean.map((value) => Math.sqrt(3) * value),
          ...readers.flatMap((place) => [...matrixOf(place)]),
        ]);
        const { values } = svd(stacked, stacked.length / 4, 4);
        expect(Math.abs(Math.sqrt(left) - Math.sqrt(spread + length(values.slice(rank)) ** 2))).toBeLessThan(
          1e-9,
        );
      }),
    );
  });

  it('keep their numbers when the structure stays, tied or not', () => {
    for (const map of ['circulant', { sharedLowRank: 2 }, { lowRank: 2, perGate: true }] as const) {
      const tied = recurrent(map, first);
      const apart = specOf(...tied.layers.map((layer) => ({ ...layer, recurrent: map })));
      const { model, parameters } = trained(tied, 3);
      const expected = outputs(model, parameters);
      for (const spec of [tied, apart]) {
        const compressed = compressModel(model, parameters, spec);
        expect(outputs(compressed.model, compressed.parameters)).toEqual(expected);
        expect(compressed.places.every(({ error }) => error === 0)).toBe(true);
        // And from there to tied again: the mean of equal matrices.
        const back = compressModel(compressed.model, compressed.parameters, tied);
        expect(distance(outputs(back.model, back.parameters), expected)).toBeLessThan(1e-10);
      }
    }
  });
});

describe('a projection for each gate', () => {
  it('that the gates above read each for itself keeps a model of full rank', () => {
    const dense = specOf({ hidden: 4 }, { hidden: 3 });
    const { model, parameters } = trained(dense, 2);
    const spec = specOf(
      { hidden: 4, recurrent: { sharedLowRank: 4, perGate: true } },
      { hidden: 3, input: 'blockDiagonal', recurrent: { lowRank: 3, perGate: true } },
    );
    const compressed = compressModel(model, parameters, spec);
    const expected = outputs(model, parameters);
    expect(distance(outputs(compressed.model, compressed.parameters), expected)).toBeLessThan(1e-8);
  });

  it('is found for the recurrence and those gates together', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, rank) => {
        const { model, parameters } = trained(specOf({ hidden: 4 }, { hidden: 3 }), seed);
        const spec = specOf(
          { hidden: 4, recurrent: { sharedLowRank: rank, perGate: true } },
          { hidden: 3, input: 'blockDiagonal' },
        );
        const { places } = compressModel(model, parameters, spec);
        const [u, w] = ['layers.0.recurrent', 'layers.1.input'].map((place) =>
          wholeOf(model, parameters, place),
        );
        const errors = new Map(places.map(({ place, error }) => [place, error]));
        const left =
          (errors.get('layers.0.recurrent')! * length(u)) ** 2 +
          (errors.get('layers.1.input')! * length(w)) ** 2;
        let cut = 0;
        for (let gate = 0; gate < 4; gate++) {
          const own = [u, w].flatMap((matrix) => [
            ...matrix.subarray((gate * matrix.length) / 4, ((gate + 1) * matrix.length) / 4),
          ]);
          cut += length(svd(Float64Array.from(own), 7, 4).values.slice(rank)) ** 2;
        }
        expect(Math.abs(Math.sqrt(left) - Math.sqrt(cut))).toBeLessThan(1e-9);
      }),
    );
  });
});

describe('a compressed model', () => {
  const dense = specOf({ hidden: 6 }, { hidden: 4 }, { hidden: 4 });
  const hybrid = specOf(
    { hidden: 6, input: 'circulant', recurrent: { toeplitzLike: 1 } },
    { hidden: 4, input: { lowRank: 2 }, recurrent: { sharedLowRank: 2 } },
    { hidden: 4, input: 'toeplitz', recurrent: { sharedLowRank: 3 } },
  );

  it('reports the difference of the whole matrices, and what each place has in numbers', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom([dense, hybrid], [hybrid, dense], [hybrid, hybrid]),
        (seed, [a, b]) => {
          const { model, parameters } = trained(a, seed);
          const compressed = compressModel(model, parameters, b);
          expect(compressed.places.map(({ place }) => place)).toEqual([
            ...[0, 1, 2].flatMap((i) => [`layers.${i}.input`, `layers.${i}.recurrent`]),
            'head',
          ]);
          for (const { place, error } of compressed.places) {
            const [before, after] = [
              wholeOf(model, parameters, place),
              wholeOf(compressed.model, compressed.parameters, place),
            ];
            const difference = length(after.map((value, i) => value - before[i])) / length(before);
            expect(Math.abs(error - difference)).toBeLessThan(1e-9);
          }
          const biases = (m: RecurrentModel) =>
            Object.entries(m.parameters).reduce(
              (n, [name, { shape }]) => n + (name.endsWith('bias') ? shape[0] : 0),
              0,
            );
          const total = (key: 'parametersBefore' | 'parametersAfter') =>
            compressed.places.reduce((sum, place) => sum + place[key], 0);
          expect(total('parametersBefore')).toBe(countParameters(model.parameters) - biases(model));
          expect(total('parametersAfter')).toBe(
            countParameters(compressed.model.parameters) - biases(compressed.model),
          );
        },
      ),
    );
  });

  it('leaves of the recurrence and what reads it together no more than the values that were cut off', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.boolean(), (seed, rank, isTop) => {
        const spec = isTop ? specOf({ hidden: 6 }) : specOf({ hidden: 6 }, { hidden: 4 });
        const { model, parameters } = trained(spec, seed);
        const above = isTop ? 'head' : 'layers.1.input';
        const [u, w] = ['layers.0.recurrent', above].map((place) => wholeOf(model, parameters, place));
        const shared = { hidden: 6, recurrent: { sharedLowRank: rank } };
        const target = isTop ? specOf(shared) : specOf(shared, { hidden: 4 });
        const { places } = compressModel(model, parameters, target);
        const left = new Map(places.map(({ place, error }) => [place, error]));
        const squares =
          (left.get('layers.0.recurrent')! * length(u)) ** 2 + (left.get(above)! * length(w)) ** 2;
        const { values } = svd(Float64Array.from([...u, ...w]), (u.length + w.length) / 6, 6);
        expect(Math.abs(Math.sqrt(squares) - length(values.slice(rank)))).toBeLessThan(1e-9);
        const untouched = places.filter(({ place }) => place !== 'layers.0.recurrent' && place !== above);
        expect(untouched.every(({ error }) => error === 0)).toBe(true);
      }),
    );
  });

  it('keeps precision and backend of the parameters, and its own numbers', () => {
    const { model } = trained(dense, 1);
    const single = model.initialise(1);
    const { parameters } = compressModel(model, single, hybrid);
    for (const [name, value] of Object.entries(parameters)) {
      expect([value.dtype, value.backend.name]).toEqual(['float32', 'wasm']);
      expect(value.storage).not.toBe(single[name]?.storage);
      expect(value.shape).toEqual(recurrentModel(hybrid).parameters[name].shape);
    }
  });

  it.each<[string, RecurrentModelSpec, RegExp]>([
    [
      'another width',
      specOf({ hidden: 6 }, { hidden: 5 }, { hidden: 4 }),
      /hidden of layers\[1\] is 5, expected 4/,
    ],
    ['fewer layers', specOf({ hidden: 6 }), /number of layers is 1, expected 3/],
    [
      'another cell',
      specOf({ hidden: 6, cell: 'gru' }, { hidden: 4 }, { hidden: 4 }),
      /cell of layers\[0\] is "gru", expected "lstm"/,
    ],
    [
      'a direction more',
      specOf({ hidden: 6, bidirectional: true }, { hidden: 4 }, { hidden: 4 }),
      /bidirectional of layers\[0\] is true/,
    ],
    ['another input', { ...dense, inputSize: 6 }, /inputSize is 6, expected 5/],
    ['other classes', { ...dense, outputSize: 6 }, /outputSize is 6, expected 4/],
  ])('is refused with %s', (_, spec, message) => {
    const { model, parameters } = trained(dense, 1);
    expect(() => compressModel(model, parameters, spec)).toThrow(InputError);
    expect(() => compressModel(model, parameters, spec)).toThrow(message);
  });

  it('is refused when a parameter is missing', () => {
    const { model, parameters } = trained(dense, 1);
    for (const name of Object.keys(parameters)) {
      const { [name]: _, ...others } = parameters;
      expect(() => compressModel(model, others, hybrid)).toThrow(`The parameter ${name} is missing.`);
    }
  });
});
