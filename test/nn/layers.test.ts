import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concat,
  gruResetBeforeSteps,
  gruSteps,
  InputError,
  type InputMapSpec,
  isSharedLowRank,
  type LayerSpec,
  lstmSteps,
  matmul,
  multiply,
  Naming,
  type RecurrentLayer,
  reversed,
  rnnSteps,
  slice,
  sum,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
  toDense,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { layerFromSpec } from '../../src/nn/layerFromSpec.ts';
import { cellKinds, mapSpecs, modelSpecs } from '../../src/testing/specArbitraries.ts';
import { copyTo, distance, expectNumbers, filled, float64 } from '../testing/values.ts';

/** A layer with weights and biases that are all random, in float64. */
function built(spec: LayerSpec, inSize: number, seed: number) {
  const naming = new Naming();
  const layer = layerFromSpec('layer', spec, inSize, naming);
  const parameters = Object.fromEntries(
    Object.entries(naming.specs).map(([name, { shape }]) => [name, multiply(filled(seed, name, shape), 0.7)]),
  );
  return { naming, layer, parameters };
}

/** What a layer in one direction computes, by its cell's definition and with dense matrices. */
function byDefinition(
  spec: LayerSpec,
  name: string,
  maps: RecurrentLayer['maps'],
  naming: Naming,
  p: Tensors,
  x: Tensor,
  lengths?: readonly number[],
): Tensor {
  const { input, recurrent } = maps;
  const { hidden } = spec;
  const times = (vectors: Tensor, matrix: Tensor) => matmul(vectors, matrix, { transposeB: true });
  const u = toDense(recurrent, naming.pick(recurrent, p));
  const state = zeros([x.shape[1], hidden], float64);
  const gates = times(x, toDense(input, naming.pick(input, p)));
  const given = { gates, bias: p[`${name}.bias`], h0: state, recurrent: [u], lengths };
  let h: Tensor;
  if (spec.cell === 'rnn') h = rnnSteps(given);
  else if (spec.cell === 'gru' && spec.reset === 'before') {
    const [recurrentGates, candidate] = [[slice(u, [0], [2 * hidden])], [slice(u, [2 * hidden], [hidden])]];
    h = gruResetBeforeSteps({ ...given, recurrentGates, candidate });
  } else if (spec.cell === 'gru') h = gruSteps({ ...given, recurrentBias: p[`${name}.recurrentBias`] });
  else h = lstmSteps({ ...given, c0: state, peepholes: p[`${name}.peepholes`] }).h;
  if (!isSharedLowRank(recurrent)) return h;
  const { projection } = recurrent.structure;
  return times(h, toDense(projection, naming.pick(projection, p)));
}

/** The maps of one direction of a layer. */
const mapsOf = ({ maps }: RecurrentLayer, direction: string) => ({
  input: maps[`${direction}input`],
  recurrent: maps[`${direction}recurrent`],
});

interface Batch {
  readonly seed: number;
  readonly time: number;
  readonly lengths: readonly number[];
  readonly masked: boolean;
}

const batches: fc.Arbitrary<Batch> = fc.record({
  seed: fc.nat(),
  time: fc.integer({ min: 1, max: 5 }),
  lengths: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  masked: fc.boolean(),
});
/** A layer, multiplied by fast transforms where it has them and the draw says so. */
const oneLayer = fc.tuple(modelSpecs({ mostLayers: 1, largest: 8 }), fc.boolean()).map(
  ([
    {
      inputSize,
      layers: [spec],
    },
    wanted,
  ]) => {
    const { maps } = layerFromSpec('layer', spec, inputSize, new Naming());
    const hasTransforms = Object.values(maps).every(({ fast }) => fast !== undefined);
    return {
      inSize: inputSize,
      spec: wanted && hasTransforms ? ({ ...spec, plan: 'transforms' } as const) : spec,
    };
  },
);

/** Expects a layer's values and all gradients to be those of its cell's definition with dense matrices. */
function expectDefinition(
  spec: LayerSpec,
  inSize: number,
  { seed, time, lengths: drawn, masked }: Batch,
): void {
  const lengths = masked ? drawn.map((length) => Math.min(length, time)) : undefined;
  const { naming, layer, parameters } = built(spec, inSize, seed);
  const x = filled(seed, 'x', [time, drawn.length, inSize]);
  const weights = filled(seed, 'weights', [time, drawn.length, layer.outSize]);
  const definition = ({ x: input, ...p }: Tensors): Tensor => {
    const direction = (name: string, sequence: Tensor) =>
      byDefinition(
        spec,
        `layer${name && `.${name}`}`,
        mapsOf(layer, name && `${name}.`),
        naming,
        p,
        sequence,
        lengths,
      );
    if (!spec.bidirectional) return direction('', input);
    const back = reversed(direction('backward', reversed(input, lengths)), lengths);
    return concat([direction('forward', input), back], 2);
  };
  const found = valueAndGrad(({ x: input, ...p }: Tensors) =>
    sum(multiply(weights, layer.apply(p, input, undefined, lengths).y)),
  )({ ...parameters, x });
  const expected = valueAndGrad((all: Tensors) => sum(multiply(weights, definition(all))))({
    ...parameters,
    x,
  });
  const y = layer.apply(parameters, x, undefined, lengths).y;
  expect(distance(y.dataSync(), definition({ ...parameters, x }).dataSync(), 1e-3)).toBeLessThan(1e-9);
  for (const name of Object.keys(expected.grads)) {
    const difference = distance(found.grads[name].dataSync(), expected.grads[name].dataSync(), 1e-3);
    expect(difference, name).toBeLessThan(1e-9);
  }
}

/** The kinds that have transforms. */
const fastKinds = ['circulant', 'skewCirculant', 'toeplitz', 'toeplitzLike'] as const;

const lengthsOf = ({ masked, lengths, time }: Batch) =>
  masked ? lengths.map((length) => Math.min(length, time)) : undefined;

describe('a layer', () => {
  it('of any cell with any maps is its cell’s definition with dense matrices: values and all gradients', () => {
    fc.assert(
      fc.property(oneLayer, batches, ({ spec, inSize }, drawn) => expectDefinition(spec, inSize, drawn)),
    );
  });

  /** Layers that are multiplied by transforms in every place, of sides with all radices. */
  const transformed = fc
    .record({
      inSize: fc.constantFrom(3, 6, 10),
      hidden: fc.constantFrom(2, 5, 9, 16),
      cell: fc.constantFrom(...Object.values(cellKinds)),
      kinds: fc.tuple(fc.constantFrom(...fastKinds), fc.constantFrom(...fastKinds)),
      rank: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ inSize, hidden, cell, kinds: [input, recurrent], rank }) => {
      const spec: LayerSpec = {
        hidden,
        ...cell,
        plan: 'transforms',
        input: mapSpecs[input](inSize, hidden, { rank, pick: 0, gates: 1 }) as InputMapSpec,
        recurrent: mapSpecs[recurrent](hidden, hidden, { rank, pick: 0, gates: 1 }),
      };
      return { inSize, spec };
    });

  it('of the kinds with transforms is its definition as well when it uses them', () => {
    fc.assert(
      fc.property(transformed, batches, ({ spec, inSize }, drawn) => expectDefinition(spec, inSize, drawn)),
    );
  });

  it('gives on wasm what it gives in float64, by matrices and by transforms: values and gradients', () => {
    fc.assert(
      fc.property(fc.oneof(oneLayer, transformed), batches, ({ spec, inSize }, drawn) => {
        const { layer, parameters } = built(spec, inSize, drawn.seed);
        const lengths = lengthsOf(drawn);
        const run = (home: TensorOptions) => {
          const at = (value: Tensor) => copyTo(copyTo(value, {}), home);
          const x = at(filled(drawn.seed, 'x', [drawn.time, drawn.lengths.length, inSize]));
          const own = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, at(p)]));
          const weights = at(filled(drawn.seed, 'weights', [...x.shape.slice(0, 2), layer.outSize]));
          const { grads } = valueAndGrad(({ x: input, ...p }: Tensors) =>
            sum(multiply(weights, layer.apply(p, input, undefined, lengths).y)),
          )({ ...own, x });
          return { y: layer.apply(own, x, undefined, lengths).y, grads };
        };
        const [single, double] = [run({}), run(float64)];
        expect(single.y.backend.name).toBe('wasm');
        expect(distance(single.y.dataSync(), double.y.dataSync(), 0.1)).toBeLessThan(1e-5);
        for (const [name, expected] of Object.entries(double.grads))
          expect(distance(single.grads[name].dataSync(), expected.dataSync(), 1), name).toBeLessThan(1e-5);
      }),
    );
  });

  const fitting = { hidden: 4 } as const;
  const refuse = (change: object, message: RegExp) => {
    const run = () => layerFromSpec('layers.3', { ...fitting, ...change }, 4, new Naming());
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  };

  it('refuses what its cell does not have', () => {
    refuse(
      { cell: 'lstm', reset: 'before' },
      /layers\.3: reset is given for the cell lstm, expected it for gru only/,
    );
    refuse({ reset: 'after' }, /reset is given for the cell lstm/);
    refuse({ cell: 'rnn', reset: 'after' }, /reset is given for the cell rnn/);
    refuse(
      { cell: 'gru', peepholes: true },
      /layers\.3: peepholes are given for the cell gru, expected them for lstm/,
    );
    refuse({ cell: 'rnn', peepholes: true }, /peepholes are given for the cell rnn/);
    refuse({ cell: 'rnn', bidirectional: true, peepholes: true }, /peepholes/);
  });

  it('refuses cells that are not known', () => {
    refuse({ cell: 'qrnn' }, /layers\.3: cell is "qrnn", expected one of lstm, gru, rnn/);
    refuse({ cell: 'toString' }, /cell is "toString"/);
  });

  it('refuses a place of the reset that is not known', () => {
    refuse({ cell: 'gru', reset: 'between' }, /reset is "between"/);
  });

  it('refuses blocks and factors that do not divide its sides', () => {
    for (const cell of ['lstm', 'gru', 'rnn']) {
      refuse({ cell, recurrent: { blockCirculant: 3 } }, /block size is 3/);
      refuse({ cell, input: { kronecker: [2, 3] } }, /A is 2 × 3, expected sides that divide/);
    }
  });

  it('refuses states of another cell or direction', () => {
    const h = zeros([2, 4], float64);
    const x = zeros([3, 2, 4], float64);
    const run = (spec: Partial<LayerSpec>, state: Tensors) => () => {
      const { layer, parameters } = built({ ...fitting, ...spec }, 4, 1);
      return layer.apply(parameters, x, state);
    };
    expect(run({}, { h })).toThrow(/layer: c of the state is missing, expected \[2, 4\]/);
    expect(run({ cell: 'gru' }, { c: h })).toThrow(/h of the state is missing/);
    expect(run({ cell: 'rnn', bidirectional: true }, { h })).toThrow(/h of the state is missing/);
    expect(run({ cell: 'gru' }, { h: zeros([1, 4], float64) })).toThrow(
      /h of the state has shape \[1, 4\], expected \[2, 4\]/,
    );
    expect(run({ cell: 'gru', recurrent: { sharedLowRank: 2 } }, { h }).call(null).y.shape).toEqual([
      3, 2, 2,
    ]);
  });
});

describe('reversed', () => {
  const sequences = fc.integer({ min: 1, max: 6 }).chain((time) =>
    fc.record({
      time: fc.constant(time),
      lengths: fc.array(fc.oneof(fc.constantFrom(0, 1, time), fc.nat(time)), { minLength: 1, maxLength: 4 }),
      width: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    }),
  );

  it('is its own inverse, with lengths and without', () => {
    fc.assert(
      fc.property(sequences, fc.boolean(), ({ time, lengths, width, seed }, masked) => {
        const x = filled(seed, 'x', [time, lengths.length, width]);
        const own = masked ? lengths : undefined;
        expect(reversed(reversed(x, own), own).dataSync()).toEqual(x.dataSync());
      }),
    );
  });

  it('takes step t from length − 1 − t, and leaves the padding', () => {
    fc.assert(
      fc.property(sequences, ({ time, lengths, width, seed }) => {
        const batch = lengths.length;
        const x = filled(seed, 'x', [time, batch, width]);
        const [before, after] = [x.dataSync(), reversed(x, lengths).dataSync()];
        lengths.forEach((length, b) => {
          for (let t = 0; t < time; t++) {
            const from = t < length ? length - 1 - t : t;
            for (let j = 0; j < width; j++)
              expect(after[(t * batch + b) * width + j]).toBe(before[(from * batch + b) * width + j]);
          }
        });
      }),
    );
    expectNumbers(reversed(tensor([1, 2, 3, 4, 5, 6], [3, 2, 1], float64), [2, 3]), [3, 6, 1, 4, 5, 2], 0);
  });

  it('refuses lengths that are none, naming them', () => {
    const x = zeros([3, 2, 1], float64);
    for (const bad of [[4, 1], [1], [1, 2, 3], [1.5, 2], [-1, 2], [Number.NaN, 1]]) {
      expect(() => reversed(x, bad), `${bad}`).toThrow(InputError);
      expect(() => reversed(x, bad), `${bad}`).toThrow(/length/);
    }
  });
});

describe('a layer in both directions', () => {
  it('is two layers, each sequence by itself: one on it, one on its reverse, from their own first states', () => {
    const twice = oneLayer.map(({ spec, inSize }) => ({ inSize, spec: { ...spec, bidirectional: true } }));
    fc.assert(
      fc.property(twice, batches, ({ spec, inSize }, { seed, time, lengths: drawn }) => {
        const lengths = drawn.map((length) => Math.min(length, time));
        const { layer, parameters } = built(spec, inSize, seed);
        const batch = lengths.length;
        const x = filled(seed, 'x', [time, batch, inSize]);
        const zeroStates = layer.apply(parameters, x, undefined, lengths).state;
        const first = Object.fromEntries(
          Object.entries(zeroStates).map(([name, { shape }]) => [name, filled(seed, name, shape)]),
        );
        const { y, state } = layer.apply(parameters, x, first, lengths);
        const half = layer.outSize / 2;
        for (const [side, direction] of ['forward', 'backward'].entries()) {
          const one = layerFromSpec(
            `layer.${direction}`,
            { ...spec, bidirectional: false },
            inSize,
            new Naming(),
          );
          lengths.forEach((length, b) => {
            const own = (all: Tensors) =>
              Object.fromEntries(
                Object.entries(all)
                  .filter(([name]) => name.startsWith(`${direction}.`))
                  .map(([name, value]) => [name.slice(direction.length + 1), slice(value, [b], [1])]),
              );
            const ended = own(state);
            if (length === 0) {
              for (const [name, value] of Object.entries(own(first)))
                expect(ended[name].dataSync()).toEqual(value.dataSync());
              return;
            }
            const steps = Array.from({ length }, (_, t) => slice(x, [t, b], [1, 1]));
            if (side === 1) steps.reverse();
            const alone = one.apply(parameters, concat(steps), own(first));
            for (let t = 0; t < length; t++) {
              const found = slice(y, [t, b, side * half], [1, 1, half]).dataSync();
              const expected = slice(alone.y, [side === 0 ? t : length - 1 - t], [1]).dataSync();
              expect(distance(found, expected, 1)).toBeLessThan(1e-12);
            }
            for (const [name, value] of Object.entries(alone.state))
              expect(distance(ended[name].dataSync(), value.dataSync(), 1)).toBeLessThan(1e-12);
          });
        }
      }),
    );
  });
});
