import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ApplyOptions,
  backend,
  countParameters,
  dense,
  InputError,
  lstmLayer,
  Naming,
  type RecurrentModelSpec,
  recurrentModel,
  scope,
  slice,
  sum,
  summarise,
  type Tensors,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { modelSpecs, widthOf } from '../../src/testing/specArbitraries.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';

const size = fc.integer({ min: 1, max: 5 });
const specs = modelSpecs();

const two: RecurrentModelSpec = {
  inputSize: 3,
  layers: [{ hidden: 4 }, { hidden: 4, input: { lowRank: 2 }, recurrent: { sharedLowRank: 2 } }],
  outputSize: 5,
};

describe('recurrentModel', () => {
  it('has the shapes that its structure says, whatever it is', () => {
    fc.assert(
      fc.property(specs, size, size, fc.nat(), (spec, time, batch, seed) => {
        const model = recurrentModel(spec);
        const parameters = model.initialise(seed, float64);
        const { y, state } = model.apply(parameters, filled(seed, 'x', [time, batch, spec.inputSize]));
        expect(y.shape).toEqual([time, batch, spec.outputSize]);
        expect(state).toHaveLength(spec.layers.length);
        spec.layers.forEach((layer, i) => {
          const { hidden, cell = 'lstm', bidirectional } = layer;
          const width = bidirectional ? widthOf(layer) / 2 : widthOf(layer);
          // An LSTM recurs on what it emits; the others on h itself.
          const states: [string, number[]][] =
            cell === 'lstm'
              ? [
                  ['h', [batch, width]],
                  ['c', [batch, hidden]],
                ]
              : [['h', [batch, hidden]]];
          const named = bidirectional
            ? ['forward', 'backward'].flatMap((side) =>
                states.map(([name, shape]) => [`${side}.${name}`, shape] as const),
              )
            : states;
          const found = Object.entries(state[i]).map(([name, { shape }]) => [name, shape]);
          expect(Object.fromEntries(found)).toEqual(Object.fromEntries(named));
          expect(model.layers[i].outSize).toBe(widthOf(layer));
        });
      }),
    );
  });

  it('goes on from a state as if it had not been cut', () => {
    fc.assert(
      // A layer that reads backwards needs the end first.
      fc.property(
        modelSpecs({ directions: 1 }),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(),
        fc.nat(),
        (spec, time, cut, seed) => {
          const k = 1 + (cut % (time - 1));
          const model = recurrentModel(spec);
          const parameters = model.initialise(seed, float64);
          const x = filled(seed, 'x', [time, 2, spec.inputSize]);
          const whole = model.apply(parameters, x);
          const first = model.apply(parameters, slice(x, [0], [k]));
          const rest = model.apply(parameters, slice(x, [k], [time - k]), { state: first.state });
          const joined = Float64Array.of(...first.y.dataSync(), ...rest.y.dataSync());
          expect(distance(joined, whole.y.dataSync(), 1)).toBeLessThan(1e-12);
          rest.state.forEach((states, i) => {
            expect(Object.keys(states)).toEqual(Object.keys(whole.state[i]));
            for (const [name, value] of Object.entries(states))
              expect(distance(value.dataSync(), whole.state[i][name].dataSync(), 1)).toBeLessThan(1e-12);
          });
        },
      ),
    );
  });

  it('gives short sequences of a batch what they get alone', () => {
    fc.assert(
      fc.property(
        specs,
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 3 }),
        (spec, seed, lengths) => {
          const time = Math.max(...lengths);
          const model = recurrentModel(spec);
          const parameters = model.initialise(seed, float64);
          const x = filled(seed, 'x', [time, lengths.length, spec.inputSize]);
          const { y, state } = model.apply(parameters, x, { lengths });
          lengths.forEach((length, b) => {
            const alone = model.apply(parameters, copyTo(slice(x, [0, b], [length, 1]), float64));
            const own = slice(y, [0, b], [length, 1]).dataSync();
            expect(distance(own, alone.y.dataSync(), 1)).toBeLessThan(1e-12);
            state.forEach((states, i) => {
              for (const [name, value] of Object.entries(states)) {
                const held = slice(value, [b], [1]).dataSync();
                expect(distance(held, alone.state[i][name].dataSync(), 1)).toBeLessThan(1e-12);
              }
            });
          });
        },
      ),
    );
  });

  it('gives on wasm what it gives in float64', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const model = recurrentModel(spec);
        const [double, single] = [model.initialise(seed, float64), model.initialise(seed)];
        const x = filled(seed, 'x', [5, 3, spec.inputSize]);
        const expected = model.apply(double, x).y;
        const found = model.apply(single, copyTo(x, {})).y;
        expect(found.backend.name).toBe('wasm');
        expect(distance(found.dataSync(), expected.dataSync(), 0.1)).toBeLessThan(1e-5);
      }),
    );
  });

  it('initialises from the seed alone, name by name', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const model = recurrentModel(spec);
        const [a, b, c] = [
          model.initialise(seed),
          model.initialise(seed, float64),
          model.initialise(seed + 1),
        ];
        expect(Object.keys(a)).toEqual(Object.keys(model.parameters));
        for (const [name, { shape, deviation }] of Object.entries(model.parameters)) {
          expect(a[name].shape).toEqual(shape);
          expect(a[name].storage.persistent).toBe(true);
          expect(Array.from(a[name].dataSync())).toEqual(Array.from(b[name].dataSync()));
          if (Number(deviation) > 0) expect(a[name].dataSync()).not.toEqual(c[name].dataSync());
        }
      }),
    );
  });

  it('gives parameters of one shape values of their own', () => {
    const { parameters, initialise } = recurrentModel({
      ...two,
      inputSize: 4,
      layers: [{ hidden: 4 }, { hidden: 4 }],
    });
    const drawn = Object.keys(parameters).filter((name) => Number(parameters[name].deviation) > 0);
    const values = Object.entries(initialise(1)).filter(([name]) => drawn.includes(name));
    expect(new Set(values.map(([, value]) => value.dataSync()[0])).size).toBe(drawn.length);
  });

  it('begins with open forget gates and biases of 0', () => {
    const parameters = recurrentModel({ ...two, layers: [{ hidden: 2 }] }).initialise(1);
    expect(Array.from(parameters['layers.0.bias'].dataSync())).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(Array.from(parameters['head.bias'].dataSync())).toEqual([0, 0, 0, 0, 0]);
  });

  it('can be initialised inside a scope, too, and on either backend', () => {
    const model = recurrentModel(two);
    const outside = model.initialise(3);
    for (const name of ['wasm', 'reference'] as const) {
      const inside = scope(() => model.initialise(3, { backend: backend(name) }));
      for (const key of Object.keys(outside)) expect(inside[key].dataSync()).toEqual(outside[key].dataSync());
      expect(inside['head.bias'].backend.name).toBe(name);
    }
  });

  describe('with dropout', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1, float64);
    const x = filled(1, 'x', [6, 4, 3]);
    const run = (dropout?: { rate: number; seed: number }) =>
      model.apply(parameters, x, { dropout }).y.dataSync();

    it('depends on the seed alone', () => {
      fc.assert(
        fc.property(fc.nat(0xffffffff), (seed) => {
          expect(run({ rate: 0.5, seed })).toEqual(run({ rate: 0.5, seed }));
          expect(run({ rate: 0.5, seed })).not.toEqual(run({ rate: 0.5, seed: (seed + 1000) >>> 0 }));
        }),
      );
    });

    it('drops nothing when it is absent, or of rate 0', () => {
      expect(run()).toEqual(run());
      expect(run({ rate: 0, seed: 5 })).toEqual(run());
      expect(run({ rate: 0.5, seed: 5 })).not.toEqual(run());
    });

    it('works at the largest seed, where that of the second layer would be too large', () => {
      expect(run({ rate: 0.5, seed: 0xffffffff })).toHaveLength(6 * 4 * 5);
    });

    it('drops other elements in every layer, as many as asked', () => {
      const wide = recurrentModel({
        inputSize: 1,
        layers: [{ hidden: 200 }, { hidden: 200 }],
        outputSize: 1,
      });
      const own = wide.initialise(1, float64);
      const input = filled(1, 'x', [1, 1, 1]);
      const loss = (p: Tensors) => sum(wide.apply(p, input, { dropout: { rate: 0.3, seed: 4 } }).y);
      const grads = valueAndGrad(loss)(own).grads;
      // What was dropped gives the weights that read it no gradient.
      const dropped = ['layers.1.input.weight', 'head.weight'].map((name) =>
        Array.from(grads[name].dataSync().subarray(0, 200), (value) => value === 0),
      );
      for (const mask of dropped) {
        const count = mask.filter((zero) => zero).length;
        // 60 expected, deviation 6.5.
        expect(count).toBeGreaterThan(30);
        expect(count).toBeLessThan(90);
      }
      expect(dropped[0]).not.toEqual(dropped[1]);
    });

    it('masks the same elements in the gradient', () => {
      const dropout = { rate: 0.5, seed: 9 };
      const grads = valueAndGrad((p: Tensors) => sum(model.apply(p, x, { dropout }).y))(parameters).grads;
      // ∂ Σ y / ∂ head.weight is the column sums of the dropped outputs: the same row for every class.
      const rows = grads['head.weight'].dataSync();
      for (let k = 1; k < 5; k++) expect(rows.slice(2 * k, 2 * k + 2)).toEqual(rows.slice(0, 2));
      const step = 1e-6;
      const moved = { ...parameters, 'head.weight': copyTo(parameters['head.weight'], float64) };
      moved['head.weight'].storage.overwrite(
        parameters['head.weight'].dataSync().map((v, i) => (i === 0 ? v + step : v)),
      );
      const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
      const difference = total(model.apply(moved, x, { dropout }).y.dataSync()) - total(run(dropout));
      expect(difference / step).toBeCloseTo(rows[0], 5);
    });

    it('refuses a rate that is none', () => {
      for (const rate of [1, -0.1, 2, Number.NaN])
        expect(() => run({ rate, seed: 1 }), `${rate}`).toThrow(InputError);
    });
  });

  it('refuses sizes below 1, no layers, and structures that it does not know', () => {
    const change =
      (layer: object, rest: object = {}) =>
      () =>
        recurrentModel({ ...two, layers: [{ hidden: 4, ...layer }], ...rest } as RecurrentModelSpec);
    expect(change({}, { layers: [] })).toThrow(/layers is empty, expected at least one/);
    for (const bad of [0, -2, 1.5, Number.NaN]) {
      expect(change({ hidden: bad })).toThrow(InputError);
      expect(change({}, { inputSize: bad })).toThrow(InputError);
      expect(change({}, { outputSize: bad })).toThrow(InputError);
      expect(change({ input: { lowRank: bad } })).toThrow(InputError);
      expect(change({ recurrent: { sharedLowRank: bad } })).toThrow(InputError);
    }
    expect(change({ recurrent: { monarch: 3 } })).toThrow(/map is \{"monarch":3\}, expected/);
  });

  it('refuses keys and values that it does not know, by their place', () => {
    const build = (layer: object, rest: object = {}) =>
      recurrentModel({
        ...two,
        layers: [{ hidden: 4 }, { hidden: 4, ...layer }],
        ...rest,
      } as RecurrentModelSpec);
    const refused: [object, RegExp][] = [
      [{ recurent: 'circulant' }, /^layers\.1: recurent is not an option, expected hidden, cell/],
      [{ plan: 'fast' }, /^layers\.1: plan is "fast", expected dense or transforms/],
      [{ bidirectional: 'yes' }, /^layers\.1: bidirectional is "yes", expected true or false/],
      [{ input: { lowRank: 2, hashed: 3 } }, /^layers\.1\.input: map is \{"lowRank":2,"hashed":3\}/],
      [{ input: { lowRank: 2, pergate: true } }, /^layers\.1\.input: map is .*, expected one of lowRank/],
      [{ input: { hashed: 2, perGate: true } }, /^layers\.1\.input: map is .*, expected one of lowRank/],
      [{ recurrent: { lowRank: 0 } }, /^layers\.1\.recurrent: lowRank: rank is 0/],
      [{ recurrent: null }, /^layers\.1\.recurrent: map is null/],
      [{ plan: 'transforms' }, /^layers\.1: plan is transforms, but no map of the layer has any/],
    ];
    for (const [layer, message] of refused) {
      expect(() => build(layer), JSON.stringify(layer)).toThrow(message);
      expect(() => build(layer)).toThrow(InputError);
    }
    expect(() => build({}, { layer: [] })).toThrow(/^recurrentModel: layer is not an option/);
    expect(() => build({}, { layers: 2 })).toThrow(/^recurrentModel: layers is 2, expected an array/);
  });

  it('wants transforms only of the maps that have any', () => {
    const layer = { hidden: 8, input: 'circulant', recurrent: { lowRank: 2 } } as const;
    const x = tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [1, 3, 8],
    );
    const [planned, plain] = [
      { ...layer, plan: 'transforms' } as const,
      { ...layer, plan: 'dense' } as const,
    ].map((own) => recurrentModel({ inputSize: 8, layers: [own], outputSize: 2 }));
    expect(summarise(planned).rows.map(({ plan }) => plan)).toEqual(['transforms', 'dense', 'dense']);
    const parameters = planned.initialise(1);
    const [a, b] = [planned, plain].map((model) => model.apply(parameters, x).y.dataSync());
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 5);
    });
  });

  it('refuses parameters of another shape, those of the output layer too', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    const x = zeros([1, 2, two.inputSize]);
    for (const [name, { shape }] of Object.entries(model.parameters)) {
      const bent = { ...parameters, [name]: zeros([1, ...shape]) };
      expect(() => model.apply(bent, x), name).toThrow(
        `The parameter ${name} has shape [${[1, ...shape].join(', ')}]`,
      );
    }
  });

  it('refuses options that it does not know, and seeds that are none', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    const x = zeros([1, 2, two.inputSize]);
    const apply = (options: object) => () => model.apply(parameters, x, options as ApplyOptions);
    expect(apply({ length: [1, 1] })).toThrow(/^recurrentModel: length is not an option/);
    expect(apply({ dropout: { rate: 0.5 } })).toThrow(/dropout's seed is undefined/);
    expect(apply({ dropout: { rate: 0.5, seed: 1.5 } })).toThrow(/dropout's seed is 1.5/);
    for (const seed of [undefined, Number.NaN, 0.5]) {
      expect(() => model.initialise(seed as number)).toThrow(/^initialise: seed is/);
    }
  });

  it('does not change with what it was made of', () => {
    const spec = { inputSize: 3, layers: [{ hidden: 4 }], outputSize: 2 };
    const model = recurrentModel(spec);
    spec.inputSize = 5;
    spec.layers[0].hidden = 7;
    expect(model.spec).toEqual({ inputSize: 3, layers: [{ hidden: 4 }], outputSize: 2 });
    expect(model.apply(model.initialise(1), zeros([1, 1, 3])).y.shape).toEqual([1, 1, 2]);
  });

  it('refuses a structure that it does not know and that is a word', () => {
    const build = () => recurrentModel({ ...two, layers: [{ hidden: 4, input: 'monarch' as 'dense' }] });
    expect(build).toThrow(InputError);
    expect(build).toThrow(/map is "monarch", expected/);
  });

  it('refuses inputs, states and lengths that do not fit', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    expect(() => model.apply(parameters, zeros([2, 3]))).toThrow(
      /x has shape \[2, 3\], expected \[T, B, 3\]/,
    );
    expect(() => model.apply(parameters, zeros([2, 2, 4]))).toThrow(/expected \[T, B, 3\]/);
    expect(() => model.apply(parameters, zeros([0, 2, 3]))).toThrow(/at least one step/);
    expect(() => model.apply(parameters, zeros([2, 2, 3]), { lengths: [1] })).toThrow(/1 lengths were given/);
    const state = model.apply(parameters, zeros([2, 2, 3])).state;
    expect(() => model.apply(parameters, zeros([2, 5, 3]), { state })).toThrow(
      /h of the state has shape \[2, 4\], expected \[5, 4\]/,
    );
    expect(() => model.apply(parameters, zeros([2, 2, 3], float64))).toThrow(InputError);
  });

  it('refuses states for another number of layers', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    const { state } = model.apply(parameters, zeros([2, 2, 3]));
    expect(() => model.apply(parameters, zeros([2, 2, 3]), { state: state.slice(0, 1) })).toThrow(InputError);
  });

  it('refuses parameters of which one is missing, by its name', () => {
    const model = recurrentModel(two);
    for (const name of Object.keys(model.parameters)) {
      const { [name]: _, ...others } = model.initialise(1);
      expect(() => model.apply(others, zeros([2, 2, 3])), name).toThrow(name);
    }
  });
});

describe('lstmLayer', () => {
  it('refuses two maps that do not make one layer', () => {
    expect(() => lstmLayer('a', dense(3, 10), dense(2, 10), new Naming())).toThrow(InputError);
    expect(() => lstmLayer('a', dense(3, 8), dense(3, 8), new Naming())).toThrow(InputError);
    expect(() => lstmLayer('a', dense(3, 8), dense(2, 12), new Naming())).toThrow(InputError);
  });

  it('counts a map once that stands in two layers', () => {
    const naming = new Naming();
    const [input, recurrent] = [dense(2, 8), dense(2, 8)];
    const layers = ['a', 'b'].map((name) => lstmLayer(name, input, recurrent, naming));
    expect(countParameters(naming.specs)).toBe(16 + 16 + 2 * 8);
    const parameters = Object.fromEntries(
      Object.entries(naming.specs).map(([name, { shape }]) => [name, filled(1, name, shape)]),
    );
    const x = filled(1, 'x', [3, 2, 2]);
    const loss = (p: Tensors) => sum(layers[1].apply(p, layers[0].apply(p, x).y).y);
    expect(Object.keys(valueAndGrad(loss)(parameters).grads).sort()).toEqual([
      'a.bias',
      'a.input.weight',
      'a.recurrent.weight',
      'b.bias',
    ]);
  });
});
