import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  applyMap,
  applyTranspose,
  circulant,
  dense,
  grad,
  InputError,
  lowRank,
  matmul,
  multiply,
  parameterCount,
  sharedLowRank,
  sum,
  type Tensors,
  toDense,
  transpose,
  zeros,
} from '../../src/index.ts';
import { gradcheck } from '../../src/testing/index.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';
import { allSpecs, kinds, parametersOf } from './kinds.ts';
import { rankOf } from './rank.ts';

const batch = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const seed = fc.nat();

for (const [name, maps] of Object.entries(kinds)) {
  describe(`a ${name} map`, () => {
    it('is linear', () => {
      fc.assert(
        fc.property(
          maps,
          batch,
          seed,
          fc.double({ min: -3, max: 3, noNaN: true }),
          (map, rows, key, factor) => {
            const parameters = parametersOf(map, key);
            const [x, y] = [filled(key, 'x', [...rows, map.inSize]), filled(key, 'y', [...rows, map.inSize])];
            const together = applyMap(map, parameters, add(multiply(x, factor), y));
            const apart = add(multiply(applyMap(map, parameters, x), factor), applyMap(map, parameters, y));
            expect(together.shape).toEqual([...rows, map.outSize]);
            expect(distance(together.dataSync(), apart.dataSync(), 1)).toBeLessThan(1e-12);
          },
        ),
      );
    });

    it('has its adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩', () => {
      fc.assert(
        fc.property(maps, batch, seed, (map, rows, key) => {
          const parameters = parametersOf(map, key);
          const [x, y] = [filled(key, 'x', [...rows, map.inSize]), filled(key, 'y', [...rows, map.outSize])];
          const left = sum(multiply(applyMap(map, parameters, x), y)).item();
          const back = applyTranspose(map, parameters, y);
          expect(back.shape).toEqual(x.shape);
          expect(Math.abs(left - sum(multiply(x, back)).item())).toBeLessThan(1e-11);
        }),
      );
    });

    it('is its dense matrix', () => {
      fc.assert(
        fc.property(maps, batch, seed, (map, rows, key) => {
          const parameters = parametersOf(map, key);
          const matrix = toDense(map, parameters);
          expect(matrix.shape).toEqual([map.outSize, map.inSize]);
          const [x, y] = [filled(key, 'x', [...rows, map.inSize]), filled(key, 'y', [...rows, map.outSize])];
          const forward = matmul(x, transpose(matrix));
          expect(distance(applyMap(map, parameters, x).dataSync(), forward.dataSync(), 1)).toBeLessThan(
            1e-12,
          );
          const back = matmul(y, matrix);
          expect(distance(applyTranspose(map, parameters, y).dataSync(), back.dataSync(), 1)).toBeLessThan(
            1e-12,
          );
        }),
      );
    });

    it('has a gradient that differences give, by every parameter and by x', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const inputs = { ...parametersOf(map, key), x: filled(key, 'x', [3, map.inSize]) };
          gradcheck(({ x, ...parameters }: Tensors) => applyMap(map, parameters, x), inputs, {
            seed: key,
            directions: 2,
          });
        }),
        { numRuns: 30 },
      );
    });

    it('sums the gradient of a parameter over the places where the map stands', () => {
      fc.assert(
        fc.property(maps, seed, fc.integer({ min: 2, max: 4 }), (map, key, uses) => {
          const parameters = parametersOf(map, key);
          const use = (k: number, own: Tensors) => {
            const [x, y] = [filled(key, `x${k}`, [2, map.inSize]), filled(key, `y${k}`, [2, map.outSize])];
            const product = multiply(applyMap(map, own, x), y);
            return sum(multiply(product, product));
          };
          const places = Array.from({ length: uses }, (_, k) => k);
          const shared = grad((own: Tensors) => places.map((k) => use(k, own)).reduce(add))(parameters);
          const apart = places.map((k) => grad((own: Tensors) => use(k, own))(parameters));
          for (const parameter of Object.keys(parameters)) {
            const expected = apart.map((grads) => grads[parameter]).reduce(add);
            expect(distance(shared[parameter].dataSync(), expected.dataSync(), 1)).toBeLessThan(1e-11);
          }
        }),
        { numRuns: 50 },
      );
    });

    it('gives on wasm what it gives in float64', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const double = { ...parametersOf(map, key), x: filled(key, 'x', [4, map.inSize]) };
          const homes = [{}, float64].map((home) => {
            // Both from the same float32 numbers.
            const { x, ...parameters } = Object.fromEntries(
              Object.entries(double).map(([n, p]) => [n, copyTo(copyTo(p, {}), home)]),
            );
            return applyMap(map, parameters, x);
          });
          expect(homes[0].backend.name).toBe('wasm');
          expect(distance(homes[0].dataSync(), homes[1].dataSync(), 0.1)).toBeLessThan(3e-6);
        }),
      );
    });

    it('counts every number that it has', () => {
      fc.assert(
        fc.property(maps, (map) => {
          const sizes = Object.values(allSpecs(map)).map(({ shape }) => zeros(shape).size);
          expect(parameterCount(map)).toBe(sizes.reduce((a, b) => a + b));
        }),
      );
    });

    it('refuses inputs of another width', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const parameters = parametersOf(map, key);
          expect(() => applyMap(map, parameters, zeros([2, map.inSize + 1], float64))).toThrow(InputError);
          expect(() => applyTranspose(map, parameters, zeros([2, map.outSize + 1], float64))).toThrow(
            InputError,
          );
        }),
        { numRuns: 20 },
      );
    });
  });
}

it('applies every kind of map to a single vector, [in] → [out]', () => {
  fc.assert(
    fc.property(fc.oneof(...Object.values(kinds)), seed, (map, key) => {
      const y = applyMap(map, parametersOf(map, key), filled(key, 'x', [map.inSize]));
      expect(y.shape).toEqual([map.outSize]);
    }),
  );
});

describe('what a kind costs', () => {
  const size = fc.integer({ min: 1, max: 40 });

  it('is its formula: parameters and multiply-accumulates', () => {
    fc.assert(
      fc.property(size, size, size, fc.integer({ min: 1, max: 6 }), (m, n, r, blocks) => {
        expect(parameterCount(dense(n, m))).toBe(m * n);
        expect(dense(n, m).macs).toBe(m * n);
        expect(parameterCount(lowRank(n, m, r))).toBe(r * (m + n));
        expect(lowRank(n, m, r).macs).toBe(r * (m + n));
        expect(parameterCount(circulant(n, m * blocks, blocks))).toBe(blocks * Math.max(m, n));
        expect(circulant(n, m * blocks, blocks).macs).toBe(m * blocks * n);
        expect(parameterCount(sharedLowRank(dense(n, r), m))).toBe(r * n + m * r);
        expect(sharedLowRank(dense(n, r), m).macs).toBe(r * n + m * r);
      }),
    );
  });

  it('is no more rank than promised', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        seed,
        (m, n, r, key) => {
          for (const map of [lowRank(n, m, r), sharedLowRank(dense(n, r), m)]) {
            const matrix = toDense(map, parametersOf(map, key));
            expect(rankOf(matrix.dataSync(), m, n)).toBe(Math.min(r, m, n));
          }
          const full = toDense(dense(n, m), parametersOf(dense(n, m), key));
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
