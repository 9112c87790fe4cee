import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FloatArray } from '../../kernels/types.ts';
import { createWasmBackend } from '../../src/backends/wasm/backend.ts';
import {
  type Backend,
  InputError,
  type LayerSpec,
  openStream,
  quantisationError,
  type RecurrentModel,
  type RecurrentModelSpec,
  type RecurrentStream,
  recurrentModel,
  reshape,
  scope,
  slice,
  type Tensor,
  type Tensors,
  tensor,
  zeros,
} from '../../src/index.ts';
import { cellKinds, modelSpecs } from '../../src/testing/specArbitraries.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';

const specs = modelSpecs({ directions: 1 });

const two: RecurrentModelSpec = {
  inputSize: 3,
  layers: [{ hidden: 4 }, { hidden: 4, input: { lowRank: 2 }, recurrent: { sharedLowRank: 2 } }],
  outputSize: 5,
};

/** Parameters that are all drawn, biases and peepholes too, so that each shows. */
const drawn = (model: RecurrentModel, seed: number): Tensors =>
  Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape }]) => [name, filled(seed, name, shape)]),
  );

const everyCopy = (parameters: Tensors, home: Parameters<typeof copyTo>[1]): Tensors =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, copyTo(value, home)]));

/** The outputs of a stream for the rows of x [T, 1, inputSize], one after the other. */
function follow(stream: RecurrentStream, x: Tensor): Float64Array {
  const [time] = x.shape;
  const rows = x.dataSync();
  const y = new Float64Array(time * stream.outputSize);
  for (let t = 0; t < time; t++) {
    const row = rows.subarray(t * stream.inputSize, (t + 1) * stream.inputSize);
    y.set(stream.step(row), t * stream.outputSize);
  }
  return y;
}

const sequence = (model: RecurrentModel, seed: number, time: number): Tensor =>
  filled(seed, 'x', [time, 1, model.spec.inputSize]);

describe('a stream', () => {
  it('gives step by step what the model gives for the sequence, and the same states: every cell, every map', () => {
    fc.assert(
      fc.property(specs, fc.nat(), fc.integer({ min: 1, max: 6 }), (spec, seed, time) => {
        const model = recurrentModel(spec);
        const parameters = drawn(model, seed);
        const x = sequence(model, seed, time);
        const { y, state } = model.apply(parameters, x);
        const stream = openStream(model, parameters);
        expect(distance(follow(stream, x), y.dataSync(), 1)).toBeLessThan(1e-12);
        stream.state().forEach((layer, i) => {
          expect(Object.keys(layer).sort()).toEqual(Object.keys(state[i]).sort());
          for (const [name, value] of Object.entries(layer)) {
            expect(value.shape).toEqual(state[i][name].shape);
            expect(distance(value.dataSync(), state[i][name].dataSync(), 1)).toBeLessThan(1e-12);
          }
        });
      }),
    );
  });

  it.each(Object.entries(cellKinds))('does so with transforms: %s', (_, cell) => {
    const structured = fc.constantFrom<LayerSpec['input'] & LayerSpec['recurrent']>(
      'circulant',
      'skewCirculant',
      { toeplitzLike: 1 },
      { toeplitzLike: 3 },
    );
    const layer = fc.record({
      hidden: fc.constantFrom(1, 2, 4, 6, 9, 20),
      input: structured,
      recurrent: structured,
    });
    fc.assert(
      fc.property(
        fc.array(layer, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(1, 3, 20),
        fc.nat(),
        (layers, inputSize, seed) => {
          const spec = {
            inputSize,
            layers: layers.map((own) => ({ ...own, ...cell, plan: 'transforms' as const })),
            outputSize: 2,
          };
          const model = recurrentModel(spec);
          const parameters = drawn(model, seed);
          const x = sequence(model, seed, 4);
          const expected = recurrentModel({
            ...spec,
            layers: spec.layers.map((own) => ({ ...own, plan: 'dense' })),
          }).apply(parameters, x);
          expect(distance(follow(openStream(model, parameters), x), expected.y.dataSync(), 1)).toBeLessThan(
            1e-11,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives on wasm what the model gives in float64', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const model = recurrentModel(spec);
        const x = sequence(model, seed, 5);
        const expected = model.apply(model.initialise(seed, float64), x).y.dataSync();
        const found = follow(openStream(model, model.initialise(seed)), copyTo(x, {}));
        expect(distance(found, Float64Array.from(expected), 0.1)).toBeLessThan(1e-5);
      }),
    );
  });

  it('gives on wasm what the model gives, at the widths of use', () => {
    const toeplitzLike = { input: { toeplitzLike: 2 }, recurrent: { toeplitzLike: 2 } } as const;
    const lowRank = { input: { lowRank: 16 }, recurrent: { lowRank: 16 } } as const;
    for (const layers of [
      [{ hidden: 100 }, { hidden: 60, recurrent: { sharedLowRank: 24 } }, { hidden: 64 }],
      [
        { hidden: 128, input: 'circulant', recurrent: 'skewCirculant' },
        { hidden: 128, ...toeplitzLike, plan: 'transforms' },
      ],
      [
        { hidden: 120, cell: 'gru', ...lowRank },
        { hidden: 120, cell: 'gru', reset: 'before', ...lowRank },
      ],
    ] satisfies LayerSpec[][]) {
      const model = recurrentModel({ inputSize: 75, layers, outputSize: 29 });
      const parameters = model.initialise(3);
      const x = copyTo(sequence(model, 3, 40), {});
      const expected = scope(() => model.apply(parameters, x).y).dataSync();
      expect(distance(follow(openStream(model, parameters), x), Float64Array.from(expected))).toBeLessThan(
        2e-5,
      );
    }
  });

  it('begins anew after reset, and reads what it is given', () => {
    const model = recurrentModel(two);
    const stream = openStream(model, model.initialise(1));
    const first = Array.from(stream.step([1, 2, 3]));
    const second = Array.from(stream.step([1, 2, 3]));
    expect(second).not.toEqual(first);
    stream.reset();
    expect(Array.from(stream.step(Float64Array.of(1, 2, 3)))).toEqual(first);
    expect(Array.from(stream.step(Float32Array.of(1, 2, 3)))).toEqual(second);
  });

  it('goes on from a state of the model, and hands one back: any cut of a sequence gives the same', () => {
    fc.assert(
      fc.property(specs, fc.nat(), fc.integer({ min: 1, max: 4 }), (spec, seed, cut) => {
        const model = recurrentModel(spec);
        const parameters = drawn(model, seed);
        const x = sequence(model, seed, 6);
        const whole = model.apply(parameters, x).y.dataSync();
        const [before, after] = [slice(x, [0], [cut]), slice(x, [cut], [6 - cut])];
        const rest = whole.subarray(cut * spec.outputSize);

        const stream = openStream(model, parameters);
        follow(stream, sequence(model, seed + 1, 2));
        stream.reset(model.apply(parameters, before).state);
        expect(distance(follow(stream, after), rest, 1)).toBeLessThan(1e-12);

        stream.reset();
        follow(stream, before);
        const { y } = model.apply(parameters, after, { state: stream.state() });
        expect(distance(y.dataSync(), rest, 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('returns one array of its own again and again, or the one that it is given', () => {
    const model = recurrentModel(two);
    const stream = openStream(model, model.initialise(1));
    const own = stream.step([1, 2, 3]);
    const copy = Float32Array.from(own);
    const other = new Float32Array(5);
    expect(stream.step([0, 1, 0], other)).toBe(other);
    expect(own).toEqual(copy);
    expect(stream.step([0, 1, 0])).toBe(own);
    expect(own).not.toEqual(copy);
  });

  it('keeps the parameters that it was opened with', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    const before = Array.from(openStream(model, parameters).step([1, 2, 3]));
    const stream = openStream(model, parameters);
    for (const { storage } of Object.values(parameters)) storage.overwrite(new Float32Array(storage.size));
    expect(Array.from(stream.step([1, 2, 3]))).toEqual(before);
    expect(Array.from(openStream(model, parameters).step([1, 2, 3]))).toEqual([0, 0, 0, 0, 0]);
  });

  it('multiplies low-rank factors one by one where that is less, and written out where it is not', () => {
    const bytesOf = (rank: number) => {
      const layers = [{ hidden: 16, input: { lowRank: rank }, recurrent: { lowRank: rank } }];
      const model = recurrentModel({ inputSize: 16, layers, outputSize: 8 });
      return openStream(model, model.initialise(1)).bytes / 4 - 64 - 8 * 16 - 8;
    };
    // Rows are laid out in multiples of eight.
    expect(bytesOf(8)).toBe(2 * 8 * (64 + 16));
    expect(bytesOf(16)).toBe(2 * 64 * 16);
  });

  it('multiplies by transforms where that is less, and with matrices written out where it is not', () => {
    const numbersOf = (hidden: number, map: 'circulant' | 'dense', plan?: 'dense' | 'transforms') => {
      const layers = [{ hidden, input: map, recurrent: map, plan }];
      const model = recurrentModel({ inputSize: hidden, layers, outputSize: 8 });
      return openStream(model, model.initialise(1)).bytes / 4 - 4 * hidden - 8 * hidden - 8;
    };
    // Spectra are n complex numbers for each of four gates.
    const [spectra, matrices] = [(n: number) => 2 * 4 * 2 * n, (n: number) => 2 * 4 * n * n];
    expect(numbersOf(128, 'circulant')).toBe(spectra(128));
    expect(numbersOf(128, 'circulant', 'dense')).toBe(matrices(128));
    expect(numbersOf(8, 'circulant')).toBe(matrices(8));
    expect(numbersOf(8, 'circulant', 'transforms')).toBe(spectra(8));
  });
});

describe('a stream with 8-bit weights', () => {
  /** The parameters of dense layers as eight bits with a scale for each row hold them. */
  const rounded = (model: RecurrentModel, parameters: Tensors): Tensors =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => {
        if (!name.endsWith('.weight')) return [name, value];
        const [rows, cols] = model.parameters[name].shape;
        const entries = Float64Array.from(value.dataSync());
        for (let i = 0; i < rows; i++) {
          const row = entries.subarray(i * cols, (i + 1) * cols);
          const unit = row.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0) / 127;
          row.forEach((entry, j) => {
            row[j] = Math.round(entry / unit) * unit;
          });
        }
        return [name, tensor(entries, value.shape, float64)];
      }),
    );

  it.each(Object.entries(cellKinds))(
    'is the model with rounded weights, up to 16 bits of its inputs: %s',
    (_, cell) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 2 }),
          fc.nat(),
          (widths, seed) => {
            const layers = widths.map((hidden) => ({ hidden, ...cell }));
            const model = recurrentModel({ inputSize: 7, layers, outputSize: 3 });
            const parameters = drawn(model, seed);
            const x = sequence(model, seed, 5);
            const expected = model.apply(rounded(model, parameters), x).y.dataSync();
            const plain = openStream(model, parameters, { weights: 'int8' });
            expect(distance(follow(plain, x), expected, 1)).toBeLessThan(1e-3);
            const wasm = openStream(model, everyCopy(parameters, {}), { weights: 'int8' });
            expect(distance(follow(wasm, x), expected, 1)).toBeLessThan(1e-3);
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  it('is near to the model for every cell and every map', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const model = recurrentModel(spec);
        const parameters = model.initialise(seed);
        const x = copyTo(sequence(model, seed, 5), {});
        const expected = model.apply(parameters, x).y.dataSync();
        const stream = openStream(model, parameters, { weights: 'int8' });
        expect(distance(follow(stream, x), Float64Array.from(expected), 0.1)).toBeLessThan(0.1);
      }),
    );
  });

  it('holds them in a quarter of the bytes, and a scale for each row', () => {
    const model = recurrentModel({ inputSize: 64, layers: [{ hidden: 64 }], outputSize: 32 });
    const parameters = model.initialise(1);
    const [matrices, rows, biases] = [256 * 128 + 32 * 64, 256 + 256 + 32, 256 + 32];
    // 256 rows are ten panels of 24 and two of 8; 32 rows one of 24 and one of 8.
    expect(openStream(model, parameters).bytes).toBe(4 * (matrices + biases));
    expect(openStream(model, parameters, { weights: 'int8' }).bytes).toBe(matrices + 4 * (rows + biases));
  });
});

describe('quantisationError', () => {
  it('is the largest and the mean difference of outputs, over the root mean square of the exact ones', () => {
    fc.assert(
      fc.property(specs, fc.nat(), fc.integer({ min: 1, max: 5 }), (spec, seed, time) => {
        const model = recurrentModel(spec);
        const parameters = drawn(model, seed);
        const x = sequence(model, seed, time);
        const exact = model.apply(parameters, x).y.dataSync();
        const quantised = follow(openStream(model, parameters, { weights: 'int8' }), x);
        const size = Math.hypot(...exact) / Math.sqrt(exact.length);
        const errors = Array.from(exact, (value, i) => Math.abs(value - quantised[i]) / size);
        const found = quantisationError(model, parameters, reshape(x, [time, spec.inputSize]));
        expect(found.largest).toBeCloseTo(Math.max(...errors), 9);
        expect(found.mean).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 9);
      }),
    );
  });

  it('is small, and 0 where eight bits hold the weights as they are', () => {
    const model = recurrentModel({ inputSize: 40, layers: [{ hidden: 48 }, { hidden: 48 }], outputSize: 29 });
    const parameters = model.initialise(1);
    const x = filled(1, 'x', [50, 40]);
    const { largest, mean } = quantisationError(model, parameters, x);
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(0.01);
    expect(largest).toBeLessThan(0.05);
    const nothing = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape)]),
    );
    expect(quantisationError(model, nothing, x)).toEqual({ largest: 0, mean: 0 });
  });

  it('refuses what are no rows', () => {
    const model = recurrentModel(two);
    const parameters = model.initialise(1);
    for (const shape of [[3], [0, 3], [2, 4], [2, 1, 3]]) {
      expect(() => quantisationError(model, parameters, zeros(shape))).toThrow(InputError);
      expect(() => quantisationError(model, parameters, zeros(shape))).toThrow(/expected \[T, 3\]/);
    }
  });
});

describe('the memory of a stream', () => {
  const large = {
    inputSize: 40,
    layers: [{ hidden: 24 }, { hidden: 24, cell: 'gru' }],
    outputSize: 29,
  } as const;

  it.each(['float32', 'int8'] as const)('does not grow over 100,000 steps: %s', (weights) => {
    const home = createWasmBackend();
    const model = recurrentModel(large);
    const stream = openStream(model, model.initialise(1, { backend: home }), { weights });
    const [x, y] = [new Float32Array(40).fill(0.3), new Float32Array(29)];
    for (let i = 0; i < 5000; i++) stream.step(x, y);
    const [mark, bytes] = [home.mark(), home.view(home.upload(x), 1, 'float32').buffer.byteLength];
    home.reset(mark);
    const growths = Array.from({ length: 20 }, () => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 5000; i++) stream.step(x, y);
      return Math.abs(process.memoryUsage().heapUsed - before);
    });
    // Whatever the engine does beside it now and then, the usual growth is less than four bytes a step; an object has sixteen.
    expect(growths.sort((a, b) => a - b)[10]).toBeLessThan(20_000);
    expect(home.mark()).toBe(mark);
    expect(home.view(home.upload(x), 1, 'float32').buffer.byteLength).toBe(bytes);
    expect(y.every(Number.isFinite)).toBe(true);
  });

  it('may move when others need more', () => {
    const home = createWasmBackend();
    const model = recurrentModel(large);
    const stream = openStream(model, model.initialise(1, { backend: home }));
    const still = openStream(model, model.initialise(1));
    const [x, y] = [new Float32Array(40).fill(0.3), new Float32Array(29)];
    const step = (): FloatArray => still.step(x);
    expect(stream.step(x, y)).toEqual(step());
    const mark = home.mark();
    const view = home.view(home.upload(x), 1, 'float32');
    home.allocate(view.buffer.byteLength / 4, 'float32');
    home.reset(mark);
    expect(view.length).toBe(0);
    expect(stream.step(x, y)).toEqual(step());
  });

  it('is free again when the stream is garbage', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const home = createWasmBackend();
    const model = recurrentModel(large);
    const parameters = model.initialise(1, { backend: home });
    const before = home.mark();
    let one = 0;
    for (let i = 0; i < 8; i++) {
      const dropped = new WeakRef(openStream(model, parameters));
      one ||= home.mark() - before;
      for (let tries = 0; tries < 50 && dropped.deref() !== undefined; tries++) {
        await setTimeout(1);
        collect();
      }
      await setTimeout(1);
    }
    // Eight would be in it, were none freed; one may be late.
    expect(home.mark() - before).toBeLessThan(4 * one);
  });

  it('is free again at once when the stream is closed, and after a measurement of quantisation', () => {
    const home = createWasmBackend();
    const model = recurrentModel(large);
    const parameters = model.initialise(1, { backend: home });
    const x = zeros([2, model.spec.inputSize], { backend: home });
    openStream(model, parameters).close();
    openStream(model, parameters, { weights: 'int8' }).close();
    const mark = home.mark();
    for (let i = 0; i < 5; i++) {
      openStream(model, parameters).close();
      quantisationError(model, parameters, x);
    }
    expect(home.mark()).toBe(mark);
  });

  it('is not used by a stream that was closed', () => {
    const model = recurrentModel(large);
    const stream = openStream(model, model.initialise(1));
    stream.close();
    stream.close();
    const row = new Float32Array(model.spec.inputSize);
    for (const use of [() => stream.step(row), () => stream.reset(), () => stream.state()]) {
      expect(use).toThrow(new InputError('stream: it was closed, expected an open one.'));
    }
  });

  it('is free again at once when a stream cannot be opened', () => {
    const home = createWasmBackend();
    let uploads = 0;
    const full: Backend = {
      ...home,
      uploadPersistent(values) {
        if (++uploads % 5 === 0) throw new InputError('There is no room.');
        return home.uploadPersistent(values);
      },
    };
    const model = recurrentModel(large);
    const parameters = model.initialise(1, { backend: full });
    const open = () => openStream(model, parameters);
    expect(open).toThrow(InputError);
    const mark = home.mark();
    for (let i = 0; i < 5; i++) expect(open).toThrow(InputError);
    expect(home.mark()).toBe(mark);
  });
});

describe('opening and stepping', () => {
  const model = recurrentModel(two);
  const parameters = model.initialise(1);

  it('refuses layers that read from both ends', () => {
    const both = recurrentModel({ ...two, layers: [{ hidden: 4 }, { hidden: 4, bidirectional: true }] });
    const open = () => openStream(both, both.initialise(1));
    expect(open).toThrow(InputError);
    expect(open).toThrow(/layer 1 is bidirectional and needs the end of a sequence/);
  });

  it('refuses parameters that are missing, of another shape or of several homes', () => {
    for (const name of Object.keys(model.parameters)) {
      const { [name]: one, ...others } = parameters;
      const refused = (value?: Tensor) => () =>
        openStream(model, value === undefined ? others : { ...others, [name]: value });
      expect(refused(), name).toThrow(`The parameter ${name} is missing.`);
      expect(refused(zeros([2, 7])), name).toThrow(InputError);
      expect(refused(zeros([2, 7])), name).toThrow(/has shape \[2, 7\], expected/);
      expect(refused(copyTo(one, float64)), name).toThrow(InputError);
      expect(refused(copyTo(one, float64)), name).toThrow(/float64/);
    }
  });

  it('refuses weights of another kind', () => {
    for (const weights of ['float64', 'int4', 8]) {
      const open = () => openStream(model, parameters, { weights: weights as 'int8' });
      expect(open).toThrow(InputError);
      expect(open).toThrow(/expected int8 or the parameters' own float32/);
    }
    expect(openStream(model, parameters, { weights: 'float32' }).weights).toBe('float32');
    expect(openStream(model, model.initialise(1, float64)).weights).toBe('float64');
  });

  it('refuses to be opened inside a scope', () => {
    expect(() => scope(() => openStream(model, parameters).step([1, 2, 3]).length)).toThrow(InputError);
  });

  it('refuses rows and results of another length, and leaves the state as it was', () => {
    const stream = openStream(model, parameters);
    const expected = Array.from(stream.step([1, 2, 3]));
    stream.reset();
    for (const x of [[], [1, 2], [1, 2, 3, 4], undefined, null, 3, zeros([3])]) {
      expect(() => stream.step(x as number[])).toThrow(InputError);
    }
    expect(() => stream.step([1, 2, 3], new Float32Array(4))).toThrow(/room for 4 numbers, expected 5/);
    expect(Array.from(stream.step([1, 2, 3]))).toEqual(expected);
  });

  it('refuses states that do not fit', () => {
    const stream = openStream(model, parameters);
    const { state } = model.apply(parameters, zeros([2, 2, 3]));
    expect(() => stream.reset(state)).toThrow(
      /h of the state of layer 0 has shape \[2, 4\], expected \[1, 4\]/,
    );
    expect(() => stream.reset(stream.state().slice(1))).toThrow(/1 entries, expected one for each of 2/);
    expect(() => stream.reset([{}, {}])).toThrow(/h of the state of layer 0 is missing/);
  });
});
