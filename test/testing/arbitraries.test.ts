import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, applyMap, InputError, type MapSpec, toDense, zeros } from '../../src/index.ts';
import {
  broadcastablePairs,
  edges,
  linearMapKinds,
  linearMaps,
  mapCases,
  mapParameters,
  nonFinite,
  shapes,
  tensors,
} from '../../src/testing/arbitraries.ts';
import { float64, samplesOf, shrunk } from './values.ts';

describe('shapes', () => {
  it('have axes and sizes within their bounds, and reach all of them', () => {
    const found = samplesOf(shapes({ minRank: 1, maxRank: 3, minSize: 0, maxSize: 2 }));
    expect([...new Set(found.map((shape) => shape.length))].sort()).toEqual([1, 2, 3]);
    expect([...new Set(found.flat())].sort()).toEqual([0, 1, 2]);
  });

  it('are scalars to three axes of 1 to 5 unless told', () => {
    const found = samplesOf(shapes());
    expect([...new Set(found.map((shape) => shape.length))].sort()).toEqual([0, 1, 2, 3]);
    expect([...new Set(found.flat())].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('shrink to the smallest that fails', () => {
    expect(shrunk(shapes(), (shape) => shape.length < 2)).toEqual([1, 1]);
    expect(shrunk(shapes(), (shape) => shape.every((size) => size < 3))).toEqual([3]);
  });
});

describe('broadcastable pairs', () => {
  it('broadcast to the shape that they name', () => {
    fc.assert(
      fc.property(broadcastablePairs({ minSize: 0, maxSize: 3 }), ({ a, b, result }) => {
        expect(add(zeros(a, float64), zeros(b, float64)).shape).toEqual(result);
      }),
    );
  });

  it('have either side stretched, either side shorter, both stretched at once, and equal shapes', () => {
    const found = samplesOf(broadcastablePairs());
    const stretched = (own: number[], result: number[]) =>
      own.some((size, axis) => size < result[result.length - own.length + axis]);
    const counts = {
      aShorter: found.filter(({ a, b }) => a.length < b.length),
      bShorter: found.filter(({ a, b }) => b.length < a.length),
      both: found.filter(({ a, b, result }) => stretched(a, result) && stretched(b, result)),
      equal: found.filter(({ a, b }) => a.length > 0 && a.join() === b.join()),
      scalar: found.filter(({ a, b }) => a.length === 0 && b.length > 1),
    };
    for (const [name, pairs] of Object.entries(counts)) expect(pairs.length, name).toBeGreaterThan(5);
  });
});

describe('tensors', () => {
  it('have their shape and kind, and values in the range, near to both ends', () => {
    const values = samplesOf(tensors([2, 3], { range: [-3, 0.7] })).flatMap((x) => {
      expect(x.shape).toEqual([2, 3]);
      expect(x.dtype).toBe('float64');
      return Array.from(x.dataSync());
    });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values)).toBeLessThanOrEqual(0.7);
    expect(Math.min(...values)).toBeLessThan(-2.9);
    expect(Math.max(...values)).toBeGreaterThan(0.6);
    // Spread evenly: the mean of 3,000 deviates by 0.02.
    expect(Math.abs(values.reduce((a, b) => a + b) / values.length + 1.15)).toBeLessThan(0.1);
    expect(samplesOf(tensors([2], { dtype: 'float32' }), 1)[0].dtype).toBe('float32');
    expect(samplesOf(tensors([2], { range: [2, 2] }), 1)[0].dataSync()).toEqual(Float64Array.of(2, 2));
  });

  it('have magnitudes over all powers of two, of both signs', () => {
    const values = samplesOf(tensors([4], { magnitude: [1e-6, 1e6] })).flatMap((x) =>
      Array.from(x.dataSync()),
    );
    const sizes = values.map(Math.abs);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1e-6);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1e6);
    const below = sizes.filter((size) => size < 1).length / sizes.length;
    expect(below).toBeGreaterThan(0.4);
    expect(below).toBeLessThan(0.6);
    const negative = values.filter((value) => value < 0).length / values.length;
    expect(negative).toBeGreaterThan(0.4);
    expect(negative).toBeLessThan(0.6);
  });

  it('have special values among others', () => {
    const special = [...edges, ...nonFinite];
    const values = samplesOf(tensors([4], { special })).flatMap((x) => Array.from(x.dataSync()));
    for (const edge of special)
      expect(
        values.some((value) => Object.is(value, edge)),
        `${edge}`,
      ).toBe(true);
    const others = values.filter((value) => !special.some((edge) => Object.is(value, edge)));
    expect(others.length / values.length).toBeGreaterThan(0.5);
    // As float32 they stay what they are.
    for (const edge of edges) expect(Object.is(Math.fround(edge), edge), `${edge}`).toBe(true);
  });

  it('shrink to zeros where those are allowed', () => {
    const worst = shrunk(tensors([3]), (x) => x.dataSync().every((value) => value < 0.5));
    expect(Array.from(worst.dataSync()).sort()).toEqual([0, 0, 0.5]);
  });

  it('refuse ranges and magnitudes that are none', () => {
    expect(() => tensors([1], { range: [1, 0] })).toThrow(InputError);
    expect(() => tensors([1], { range: [0, Infinity] })).toThrow(/range is \[0, Infinity\], expected finite/);
    expect(() => tensors([1], { range: [Number.NaN, 1] })).toThrow(InputError);
    for (const bad of [
      [0, 1],
      [2, 1],
      [1, Infinity],
      [Number.NaN, 1],
    ] as const)
      expect(() => tensors([1], { magnitude: bad })).toThrow(InputError);
  });
});

/** The kinds that a configuration names. */
type KindOf<Spec> = Spec extends string ? Spec : keyof Spec;
const everyKind: Record<Exclude<KindOf<MapSpec>, 'perGate' | 'tied'>, true> = {
  dense: true,
  circulant: true,
  skewCirculant: true,
  toeplitz: true,
  blockDiagonal: true,
  lowRank: true,
  sharedLowRank: true,
  toeplitzLike: true,
  blockCirculant: true,
  hashed: true,
  diagonalPlusLowRank: true,
  kronecker: true,
};

describe('linear maps', () => {
  it('are of every kind that a configuration can name', () => {
    const found = new Set(samplesOf(linearMaps(), 1000).map(({ kind }) => kind.replace(/\(.*/, '')));
    expect([...found].sort()).toEqual(Object.keys(everyKind).sort());
  });

  it('are square, wide and tall, with one block and with several, in every stacked kind', () => {
    const { circulant, toeplitzLike, diagonalPlusLowRank } = linearMapKinds();
    for (const kind of [circulant, toeplitzLike, diagonalPlusLowRank]) {
      const found = samplesOf(kind).map((map) => ({
        ...map,
        blocks: Object.values(map.parameters)[0].shape[0],
      }));
      const rows = (map: (typeof found)[number]) => map.outSize / map.blocks;
      for (const several of [false, true]) {
        const some = found.filter(({ blocks }) => blocks > 1 === several);
        expect(some.some((map) => rows(map) === map.inSize)).toBe(true);
        expect(some.some((map) => rows(map) > map.inSize)).toBe(true);
        expect(some.some((map) => rows(map) < map.inSize)).toBe(true);
      }
    }
  });

  it('obey the bounds of their sizes', () => {
    for (const { inSize, outSize } of samplesOf(linearMaps({ side: 3, blocks: 2 }))) {
      expect(inSize).toBeLessThanOrEqual(4);
      expect(outSize).toBeLessThanOrEqual(6);
    }
  });

  it('print as the call that makes them', () => {
    fc.assert(
      fc.property(linearMaps(), (map) => {
        expect(fc.stringify(map)).toMatch(/^\w+\((\w+\([\d, ]+\)|[\d, []+)[\d, [\]]*\)$/);
        expect(fc.stringify(map).startsWith(map.kind.replace(/\(.*/, ''))).toBe(true);
      }),
    );
    const { counterexample } = fc.check(
      fc.property(linearMapKinds().circulant, ({ outSize, inSize }) => outSize <= inSize),
      { seed: 7 },
    );
    expect(fc.stringify(counterexample)).toBe('[circulant(1, 2, 1)]');
  });

  it('come with parameters of their shapes, which the seed decides, and inputs that fit', () => {
    fc.assert(
      fc.property(mapCases(), fc.nat(), ({ map, parameters, x, other, y }, seed) => {
        expect(applyMap(map, parameters, x).shape).toEqual(y.shape);
        expect(other.shape).toEqual(x.shape);
        expect(x.shape.length).toBeGreaterThan(1);
        const [a, b] = [0, 0].map(() => toDense(map, mapParameters(map, seed)).dataSync());
        expect(a).toEqual(b);
        for (const { dtype } of [...Object.values(parameters), x, other, y]) expect(dtype).toBe('float64');
      }),
    );
  });
});
