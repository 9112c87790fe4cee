import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyMap,
  blockCirculant,
  blockDiagonal,
  circulant,
  dense,
  diagonalPlusLowRank,
  hashed,
  initialValues,
  kronecker,
  type LinearMap,
  lowRank,
  random,
  sharedLowRank,
  skewCirculant,
  toeplitz,
  toeplitzLike,
} from '../../src/index.ts';
import { filled } from '../testing/values.ts';
import { parametersOf } from './kinds.ts';

describe('initial values', () => {
  const maps: Record<string, LinearMap> = {
    'dense, wide': dense(48, 10),
    'dense, tall': dense(10, 48),
    'lowRank(4)': lowRank(24, 40, 4),
    'lowRank(30), more than its sides': lowRank(24, 20, 30),
    'lowRank(3) for each of four gates': lowRank(24, 4 * 16, 3, 4),
    blockDiagonal: blockDiagonal(24, 40, 4),
    'circulant, square': circulant(32, 32),
    'circulant, four wide gates': circulant(40, 4 * 16, 4),
    'circulant, four tall gates': circulant(16, 4 * 40, 4),
    skewCirculant: skewCirculant(32, 4 * 24, 4),
    'toeplitz, wide': toeplitz(40, 16),
    'toeplitz, tall': toeplitz(16, 4 * 40, 4),
    'toeplitzLike(2), square': toeplitzLike(24, 24, 2),
    'toeplitzLike(1), wide': toeplitzLike(40, 16, 1),
    'toeplitzLike(3), four tall gates': toeplitzLike(12, 4 * 24, 3, 4),
    blockCirculant: blockCirculant(24, 40, 8),
    hashed: hashed(40, 120, 60),
    'diagonalPlusLowRank(3), square': diagonalPlusLowRank(24, 24, 3),
    'diagonalPlusLowRank(3), four square gates': diagonalPlusLowRank(16, 64, 3, 4),
    'diagonalPlusLowRank(3), tall': diagonalPlusLowRank(10, 48, 3),
    kronecker: kronecker(24, 40, [5, 4]),
    'sharedLowRank(6)': sharedLowRank(dense(24, 6), 40),
    'sharedLowRank(3) for each of four gates': sharedLowRank(dense(24, 12), 4 * 16, 4),
    'sharedLowRank(6) over lowRank(5)': sharedLowRank(lowRank(24, 6, 5), 40),
  };

  for (const [name, map] of Object.entries(maps)) {
    it(`of ${name} give outputs the mean square of the inputs, around 0`, () => {
      const draws = 600;
      const x = filled(5, 'x', [1, map.inSize]);
      const meanSquare =
        Array.from(x.dataSync()).reduce((total, value) => total + value ** 2, 0) / map.inSize;
      let [first, second] = [0, 0];
      for (let seed = 0; seed < draws; seed++) {
        const y = applyMap(map, parametersOf(map, seed), x).dataSync();
        for (const value of y) {
          first += value / (y.length * draws);
          second += value ** 2 / (y.length * draws);
        }
      }
      // Rows of a low-rank map share their few directions: of 600 draws the mean square deviates by 3 % at most.
      expect(second / meanSquare).toBeGreaterThan(0.88);
      expect(second / meanSquare).toBeLessThan(1.12);
      expect(Math.abs(first)).toBeLessThan(0.12 * Math.sqrt(meanSquare));
    });
  }

  it('are uniform within ±√3 deviations of the start', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (seed, deviation, start) => {
          const values = initialValues({ shape: [30, 20], deviation, start }, random(seed));
          const reach = Math.sqrt(3) * deviation;
          let square = 0;
          for (const value of values) {
            expect(Math.abs(value - start)).toBeLessThanOrEqual(reach * (1 + 1e-5) + 1e-6);
            square += (value - start) ** 2 / values.length;
          }
          // The square of a uniform number deviates by 2/√5 of its mean: over 600 that is 3.7 %.
          expect(Math.abs(square / deviation ** 2 - 1)).toBeLessThan(0.22);
        },
      ),
    );
  });

  it('without deviation are the start, one for all or one for each', () => {
    expect(Array.from(initialValues({ shape: [3], deviation: 0 }, random(1)))).toEqual([0, 0, 0]);
    expect(Array.from(initialValues({ shape: [2], deviation: 0, start: 1.5 }, random(1)))).toEqual([
      1.5, 1.5,
    ]);
    expect(Array.from(initialValues({ shape: [3], deviation: 0, start: [1, 0, 2] }, random(1)))).toEqual([
      1, 0, 2,
    ]);
  });
});
