import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  add,
  backend,
  defaultBackend,
  full,
  InputError,
  type Nested,
  ones,
  reshape,
  slice,
  tensor,
  useBackend,
  zeros,
} from '../../src/index.ts';

afterEach(() => {
  useBackend('wasm');
});

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** The nested arrays whose numbers count up from 0. */
function nested(shape: readonly number[], next = { value: 0 }): Nested {
  if (shape.length === 0) return next.value++;
  return Array.from({ length: shape[0] }, () => nested(shape.slice(1), next));
}

describe('tensor', () => {
  it('takes nested arrays of any depth in row-major order', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const x = tensor(nested(shape));
        expect(x.shape).toEqual(shape);
        expect(Array.from(x.dataSync())).toEqual(Array.from({ length: x.size }, (_, i) => i));
      }),
    );
  });

  it('takes flat numbers and a shape, and copies them', async () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const x = tensor(values, [2, 3]);
    values.fill(0);
    expect(Array.from(await x.data())).toEqual([1, 2, 3, 4, 5, 6]);
    x.dataSync().fill(0);
    expect(Array.from(x.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps every float64 digit, and rounds to float32 otherwise', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(tensor(value, [], { dtype: 'float64' }).item()).toBe(value);
        expect(tensor(value).item()).toBe(Math.fround(value));
      }),
    );
  });

  it('refuses ragged nesting', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }), (a, b) => {
        fc.pre(a !== b);
        const rows = [new Array<number>(a).fill(0), new Array<number>(b).fill(0)];
        expect(() => tensor(rows)).toThrow(InputError);
        expect(() => tensor(rows, [a + b])).toThrow(/ragged/);
      }),
    );
    expect(() => tensor([1, [2]])).toThrow(/ragged: a row of 1 stands where a number was expected/);
    expect(() => tensor([[1], 2])).toThrow(/ragged: a number stands where a row was expected/);
  });

  it('refuses a count that does not fit, and sizes that are none', () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/values hold 3 numbers, expected 4 for shape \[2, 2\]/);
    for (const bad of [-1, 1.5, Number.NaN, Infinity]) {
      expect(() => tensor([1], [bad])).toThrow(InputError);
      for (const make of [zeros, ones])
        expect(() => make([2, bad])).toThrow(/expected integers of at least 0/);
    }
  });

  it('has empty tensors', () => {
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(zeros([0, 3]).dataSync()).toHaveLength(0);
  });

  it('fills', () => {
    expect(Array.from(zeros([2, 2]).dataSync())).toEqual([0, 0, 0, 0]);
    expect(Array.from(ones([3]).dataSync())).toEqual([1, 1, 1]);
    expect(full([], 0.1, { dtype: 'float64' }).item()).toBe(0.1);
  });

  it('has an item only when there is one number', () => {
    expect(tensor([[7]]).item()).toBe(7);
    expect(() => tensor([1, 2]).item()).toThrow(/shape \[2\], expected one element/);
    expect(() => zeros([0]).item()).toThrow(InputError);
  });
});

describe('dtype and backend', () => {
  it('puts float32 on the default backend and float64 on the reference backend', () => {
    expect(defaultBackend().name).toBe('wasm');
    expect(tensor(1).backend.name).toBe('wasm');
    expect(tensor(1).dtype).toBe('float32');
    expect(tensor(1, [], { dtype: 'float64' }).backend.name).toBe('reference');
    expect(useBackend('reference').name).toBe('reference');
    expect(tensor(1).backend).toBe(backend('reference'));
  });

  it('refuses a dtype that it does not know', () => {
    const dtype = 'int32' as 'float32';
    for (const make of [() => tensor([1], [1], { dtype }), () => zeros([1], { dtype })]) {
      expect(make).toThrow(new InputError(`tensor: dtype is "int32", expected 'float32' or 'float64'.`));
    }
  });

  it('refuses what are no numbers, shapes, options or backends, in a sentence', () => {
    const bad =
      (...args: unknown[]) =>
      () =>
        (tensor as (...args: unknown[]) => unknown)(...args);
    const refused: [() => unknown, RegExp][] = [
      [bad([1, undefined]), /^tensor: values hold undefined, expected numbers in nested arrays/],
      [bad([1, null]), /values hold null/],
      [bad([1, '2']), /values hold "2"/],
      [bad(['2']), /values hold "2"/],
      [bad(tensor(1)), /values hold a Tensor/],
      [bad(Uint16Array.of(15360)), /values are a Uint16Array, expected .* a Float32Array or a Float64Array/],
      [bad(BigInt64Array.of(1n)), /values are a BigInt64Array/],
      [bad([1, 2], 2), /shape is 2, expected an array of integers/],
      [bad([1, 2], { dtype: 'float64' }), /shape is a record, expected an array/],
      [bad([1, 2], [2], 'float64'), /^tensor: options are "float64", expected a record of dtype, backend/],
      [bad([1, 2], [2], { dType: 'float64' }), /^tensor: dType is not an option, expected dtype, backend/],
      [bad([1, 2], [2], { backend: 'wasm' }), /^tensor: backend is "wasm", expected one such as backend/],
      [() => full([2], undefined as unknown as number), /^full: value is undefined, expected a number/],
      [() => zeros(3 as unknown as number[]), /shape is 3, expected an array/],
    ];
    for (const [make, message] of refused) {
      expect(make).toThrow(message);
      expect(make).toThrow(InputError);
    }
  });

  it('keeps its shape when the array that it was given changes', () => {
    const shape = [2];
    const [x, y] = [tensor([1, 2], shape), zeros(shape)];
    shape[0] = 5;
    expect([x.shape, y.shape]).toEqual([[2], [2]]);
  });

  it('refuses float64 elsewhere', () => {
    expect(() => tensor(1, [], { dtype: 'float64', backend: backend('wasm') })).toThrow(
      /dtype is float64 and backend is wasm/,
    );
    expect(() => zeros([1], { dtype: 'float64', backend: backend('wasm') })).toThrow(InputError);
  });

  it('refuses to mix them in one op, and says which argument differs', () => {
    const here = tensor([1]);
    const there = tensor([1], [1], { backend: backend('reference') });
    const double = tensor([1], [1], { dtype: 'float64' });
    expect(() => add(here, there)).toThrow(
      /add: argument 1 is float32 on reference and argument 0 is float32 on wasm/,
    );
    expect(() => add(there, double)).toThrow(/argument 1 is float64/);
  });

  it('refuses a backend that does not exist', () => {
    expect(() => backend('tpu' as 'wasm')).toThrow(/backend is 'tpu', expected one of reference, wasm, gpu/);
    expect(defaultBackend().name).toBe('wasm');
  });

  it('refuses a name that every object has', () => {
    expect(() => backend('toString' as 'wasm')).toThrow(InputError);
  });
});

describe('shapes of views', () => {
  const x = tensor([1, 2, 3, 4, 5, 6]);

  it('hold as many numbers as there are', () => {
    expect(() => reshape(x, [4])).toThrow(InputError);
    expect(() => reshape(x, [-1, 4])).toThrow(InputError);
    expect(() => reshape(x, [-1, -1, 6])).toThrow(InputError);
    expect(reshape(x, [-1, 2]).shape).toEqual([3, 2]);
  });

  it.each([[[-2, -3]], [[1.5, 4]], [[-1, 1.5]]])('are not %j for a tensor of six', (shape) => {
    expect(() => reshape(x, shape)).toThrow(InputError);
  });

  it.each([
    [0.5, 2],
    [1, 1.5],
    [Number.NaN, 1],
    [-1, 2],
    [5, 2],
  ])('do not begin at %d for %d numbers', (start, size) => {
    expect(() => slice(x, [start], [size])).toThrow(InputError);
  });
});
