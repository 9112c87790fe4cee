import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyMap,
  applyTranspose,
  blockCirculant,
  blockDiagonal,
  circulant,
  dense,
  diagonalPlusLowRank,
  fitMap,
  hashed,
  InputError,
  kronecker,
  type LinearMap,
  lowRank,
  multiply,
  parameterCount,
  sharedLowRank,
  skewCirculant,
  sum,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
  toDense,
  toeplitz,
  toeplitzLike,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { applyPlanned, planOf } from '../../src/maps/plan.ts';
import { linearMapKinds, type MapCase, mapCases, mapParameters } from '../../src/testing/arbitraries.ts';
import {
  adjoint,
  denseForm,
  displacementRank,
  fastEqualsDense,
  gradcheck,
  linearity,
  parameterFormula,
  sharedGradient,
} from '../../src/testing/index.ts';
import { copyTo, distance, float64 } from '../testing/values.ts';
import { inverseOf } from './inverse.ts';
import { kinds } from './kinds.ts';
import { rankOf } from './rank.ts';

const seed = fc.nat();
const factor = fc.double({ min: -3, max: 3, noNaN: true });

/** Expects of float32 on wasm what `applyMap` gives in float64 from the same numbers, to 1e-5. */
function expectSameOnWasm({ map, parameters, x, y }: MapCase, apply: typeof applyMap): void {
  const run = (home: TensorOptions, product: typeof applyMap) => {
    const at = (value: Tensor) => copyTo(copyTo(value, {}), home);
    const own = Object.fromEntries(Object.entries({ ...parameters, input: x }).map(([n, p]) => [n, at(p)]));
    const weights = at(y);
    const loss = ({ input, ...rest }: Tensors) => sum(multiply(product(map, rest, input), weights));
    const { input, ...rest } = own;
    return { value: product(map, rest, input), grads: valueAndGrad(loss)(own).grads };
  };
  const [single, double] = [run({}, apply), run(float64, applyMap)];
  expect(single.value.backend.name).toBe('wasm');
  expect(distance(single.value.dataSync(), double.value.dataSync(), 0.1)).toBeLessThan(3e-6);
  for (const [parameter, expected] of Object.entries(double.grads)) {
    const difference = distance(single.grads[parameter].dataSync(), expected.dataSync(), 1);
    expect(difference, parameter).toBeLessThan(1e-5);
  }
}

for (const [name, maps] of Object.entries(kinds)) {
  const cases = mapCases(maps);

  describe(`a ${name} map`, () => {
    it('is linear', () => {
      fc.assert(
        fc.property(cases, factor, ({ map, parameters, x, other }, f) => {
          linearity(map, parameters, { x, other, factor: f });
        }),
      );
    });

    it('has its adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩', () => {
      fc.assert(fc.property(cases, ({ map, parameters, x, y }) => adjoint(map, parameters, { x, y })));
    });

    it('is its dense matrix', () => {
      fc.assert(fc.property(cases, ({ map, parameters, x, y }) => denseForm(map, parameters, { x, y })));
    });

    it('is its dense matrix, with the gradients by every parameter and by what goes in', () => {
      fc.assert(
        fc.property(cases, ({ map, parameters, x, y }) => fastEqualsDense(map, parameters, { x, y })),
      );
    });

    it('has a gradient that differences give, by every parameter and by x', () => {
      fc.assert(
        fc.property(cases, seed, ({ map, parameters, x }, key) => {
          const apply = ({ input, ...own }: Tensors) => applyMap(map, own, input);
          gradcheck(apply, { ...parameters, input: x }, { seed: key, directions: 1 });
        }),
      );
    });

    it('sums the gradient of a parameter over the places where the map stands', () => {
      const uses = fc
        .integer({ min: 2, max: 4 })
        .chain((count) => fc.array(seed, { minLength: count, maxLength: count }));
      fc.assert(
        fc.property(maps, seed, uses, (map, key, keys) => {
          const places = keys.map((own, k) => {
            const [{ x, y }] = fc.sample(mapCases(fc.constant(map)), { numRuns: 1, seed: own + k });
            return { x, y };
          });
          sharedGradient(map, mapParameters(map, key), places);
        }),
      );
    });

    it('gives on wasm what it gives in float64: values and gradients', () => {
      fc.assert(fc.property(cases, (given) => expectSameOnWasm(given, applyMap)));
    });

    it('refuses inputs of another width', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const parameters = mapParameters(map, key);
          expect(() => applyMap(map, parameters, zeros([2, map.inSize + 1], float64))).toThrow(InputError);
          expect(() => applyTranspose(map, parameters, zeros([2, map.outSize + 1], float64))).toThrow(
            InputError,
          );
        }),
      );
    });
  });
}

describe('fast transforms', () => {
  const {
    circulant: circulants,
    skewCirculant: skew,
    toeplitz: plain,
    toeplitzLike: like,
  } = linearMapKinds({ side: 40 });
  const cases = mapCases(fc.oneof(circulants, skew, plain, like).filter(({ fast }) => fast !== undefined));

  it('multiply like the matrix, with the same gradients, for sides of all radices', () => {
    fc.assert(fc.property(cases, ({ map, parameters, x, y }) => fastEqualsDense(map, parameters, { x, y })));
  });

  it('give on wasm what the matrix gives in float64: values and gradients', () => {
    fc.assert(
      fc.property(cases, (given) =>
        expectSameOnWasm(given, (map, own, x) => applyPlanned(map, own, x, 'transforms')),
      ),
    );
  });

  it('are there for sides without a prime factor above 5, and no others', () => {
    for (let n = 1; n <= 64; n++) {
      let rest = n;
      for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
      for (const map of [circulant(n, n), skewCirculant(n, n), toeplitzLike(n, n, 2)])
        expect(map.fast !== undefined, map.kind + n).toBe(rest === 1);
      // A Toeplitz matrix is part of a circulant one that is as large as it likes.
      expect(toeplitz(n, n).fast).toBeDefined();
    }
  });
});

it('applies every kind of map to a single vector, [in] → [out]', () => {
  fc.assert(
    fc.property(fc.oneof(...Object.values(kinds)), seed, (map, key) => {
      expect(applyMap(map, mapParameters(map, key), zeros([map.inSize], float64)).shape).toEqual([
        map.outSize,
      ]);
      expect(applyTranspose(map, mapParameters(map, key), zeros([map.outSize], float64)).shape).toEqual([
        map.inSize,
      ]);
    }),
  );
});

describe('what a kind costs', () => {
  const size = fc.integer({ min: 1, max: 20 });
  const few = fc.integer({ min: 1, max: 6 });

  /** The kinds' formulas, for blocks of `rows` rows that read n values, of rank or count r. */
  const formulas: Record<
    string,
    (rows: number, n: number, r: number, blocks: number) => readonly [LinearMap, number]
  > = {
    dense: (rows, n) => [dense(n, rows), rows * n],
    lowRank: (rows, n, r, blocks) => [lowRank(n, rows * blocks, r, blocks), r * (rows * blocks + n * blocks)],
    sharedLowRank: (rows, n, r, blocks) => [
      sharedLowRank(dense(n, r * blocks), rows * blocks, blocks),
      r * blocks * n + rows * blocks * r,
    ],
    circulant: (rows, n, _, blocks) => [circulant(n, rows * blocks, blocks), blocks * Math.max(rows, n)],
    skewCirculant: (rows, n, _, blocks) => [
      skewCirculant(n, rows * blocks, blocks),
      blocks * Math.max(rows, n),
    ],
    toeplitz: (rows, n, _, blocks) => [toeplitz(n, rows * blocks, blocks), blocks * (rows + n - 1)],
    toeplitzLike: (rows, n, r, blocks) => [
      toeplitzLike(n, rows * blocks, r, blocks),
      blocks * 2 * Math.max(rows, n) * r,
    ],
    blockCirculant: (rows, n, _, blocks) => [
      blockCirculant(n * blocks, rows * blocks, blocks),
      rows * n * blocks,
    ],
    blockDiagonal: (rows, n, _, blocks) => [
      blockDiagonal(n * blocks, rows * blocks, blocks),
      rows * n * blocks,
    ],
    hashed: (rows, n, r) => [hashed(n, rows, r), r],
    diagonalPlusLowRank: (rows, n, r, blocks) => [
      diagonalPlusLowRank(n, rows * blocks, r, blocks),
      r * (rows * blocks + n) + blocks * Math.min(rows, n),
    ],
    kronecker: (rows, n, r, blocks) => [kronecker(n * blocks, rows * r, [rows, n]), rows * n + r * blocks],
  };

  for (const [kind, make] of Object.entries(formulas)) {
    it(`is its formula: parameters of ${kind}`, () => {
      fc.assert(
        fc.property(size, size, few, few, seed, (rows, n, r, blocks, key) => {
          const [map, expected] = make(rows, n, r, blocks);
          parameterFormula(map, mapParameters(map, key), expected);
        }),
      );
    });
  }

  it('is told for every kind', () => {
    expect(Object.keys(formulas).sort()).toEqual(
      [...new Set(Object.keys(kinds).map((kind) => kind.split(' ')[0]))].sort(),
    );
  });

  it('in multiply-accumulates is one for every entry of its factors', () => {
    fc.assert(
      fc.property(size, size, few, (m, n, r) => {
        expect(dense(n, m).macs).toBe(m * n);
        expect(lowRank(n, m, r).macs).toBe(r * (m + n));
        expect(lowRank(n, 4 * m, r, 4).macs).toBe(4 * r * (m + n));
        expect(blockDiagonal(4 * n, 4 * m, 4).macs).toBe(4 * m * n);
        expect(sharedLowRank(dense(n, 4 * r), 4 * m, 4).macs).toBe(4 * r * (m + n));
        expect(sharedLowRank(dense(n, r), m).macs).toBe(r * n + m * r);
        expect(parameterCount(sharedLowRank(lowRank(n, r, 2), m))).toBe(2 * (n + r) + m * r);
      }),
    );
  });

  it('is less by transforms than by a Toeplitz matrix written out, where the sides are large', () => {
    expect(planOf(toeplitz(512, 512), 64)).toBe('transforms');
    expect(planOf(toeplitz(509, 4 * 509, 4), 64)).toBe('transforms');
    expect(planOf(toeplitz(8, 8), 64)).toBe('dense');
    expect(planOf(toeplitz(512, 512), 64, 'dense')).toBe('dense');
  });

  it('is no more rank than promised', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        few,
        seed,
        (m, n, r, key) => {
          for (const map of [lowRank(n, m, r), sharedLowRank(dense(n, r), m)]) {
            const matrix = toDense(map, mapParameters(map, key));
            expect(rankOf(matrix.dataSync(), m, n)).toBe(Math.min(r, m, n));
          }
          const full = toDense(dense(n, m), mapParameters(dense(n, m), key));
          expect(rankOf(full.dataSync(), m, n)).toBe(Math.min(m, n));
        },
      ),
    );
  });

  it('needs sizes of at least 1', () => {
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => dense(bad, 2)).toThrow(`dense: inSize is ${bad}, expected an integer of at least 1.`);
      expect(() => lowRank(2, 2, bad)).toThrow(/lowRank: rank is/);
      expect(() => circulant(2, bad)).toThrow(/circulant: outSize is/);
      expect(() => circulant(2, 2, bad)).toThrow(/circulant: blocks is/);
      expect(() => sharedLowRank(dense(2, 2), bad)).toThrow(InputError);
    }
    expect(() => circulant(2, 6, 4)).toThrow(/blocks is 4, expected a divisor of outSize, 6/);
  });
});

describe('the displacement Z₁M − MZ₋₁', () => {
  const size = fc.integer({ min: 1, max: 12 });
  const few = fc.integer({ min: 1, max: 4 });

  it('has rank 1 for circulant and skew-circulant blocks: they commute with one of the shifts', () => {
    fc.assert(
      fc.property(size, few, seed, fc.constantFrom(circulant, skewCirculant), (n, blocks, key, make) => {
        const map = make(n, n * blocks, blocks);
        displacementRank(map, mapParameters(map, key), 1);
      }),
    );
  });

  it('has rank 1 for every circulant block of a block-circulant matrix', () => {
    fc.assert(
      fc.property(few, few, few, seed, (across, down, side, key) => {
        const map = blockCirculant(across * side, down * side, side);
        displacementRank(map, mapParameters(map, key), 1, { side });
      }),
    );
  });

  it('has rank 2 for Toeplitz blocks: each is a circulant and a skew-circulant one', () => {
    fc.assert(
      fc.property(size, few, seed, (n, blocks, key) => {
        const map = toeplitz(n, n * blocks, blocks);
        displacementRank(map, mapParameters(map, key), 2);
      }),
    );
  });

  it('has rank 2 for the inverses of Toeplitz matrices', () => {
    fc.assert(
      fc.property(size, seed, (n, key) => {
        const map = toeplitz(n, n);
        const { values, condition } = inverseOf(toDense(map, mapParameters(map, key)).dataSync(), n);
        // The inverse of a matrix near to a singular one is no longer exact.
        fc.pre(condition < 1e5);
        displacementRank(dense(n, n), { weight: tensor(values, [n, n], float64) }, 2);
      }),
    );
  });

  it('has rank r for toeplitzLike(r) blocks', () => {
    fc.assert(
      fc.property(size, few, few, seed, (n, rank, blocks, key) => {
        const map = toeplitzLike(n, n * blocks, rank, blocks);
        displacementRank(map, mapParameters(map, key), rank);
      }),
    );
  });

  it('of toeplitzLike(2) can be that of any Toeplitz matrix, and of its inverse: both are represented exactly', () => {
    fc.assert(
      fc.property(size, seed, (n, key) => {
        const matrix = toDense(toeplitz(n, n), mapParameters(toeplitz(n, n), key)).dataSync();
        const { values, condition } = inverseOf(matrix, n);
        fc.pre(condition < 1e5);
        for (const wanted of [Float64Array.from(matrix), values]) {
          const { generators } = fitMap(toeplitzLike(n, n, 2), wanted);
          const parameters = { generators: tensor(generators, [1, 2, 2, n], float64) };
          expect(distance(toDense(toeplitzLike(n, n, 2), parameters).dataSync(), wanted)).toBeLessThan(1e-8);
        }
      }),
    );
  });

  it('is larger for matrices without structure: the law can fail', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), seed, (n, key) => {
        expect(() => displacementRank(dense(n, n), mapParameters(dense(n, n), key), 2)).toThrow(
          /expected rank 2/,
        );
      }),
    );
  });
});
