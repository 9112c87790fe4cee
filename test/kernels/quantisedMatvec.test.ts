import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantiseRows } from '../../kernels/quantisedMatvec/layout.ts';
import {
  builds,
  exact,
  expectAgreement,
  randomIntegers,
  randomValues,
  runReference,
  runWasm,
} from './module.ts';

const rows = fc.oneof(fc.nat(9), fc.nat(80));
const cols = fc.oneof(fc.nat(9), fc.nat(300), fc.integer({ min: 500, max: 700 }));

/** Arguments of the kernel from a matrix [m, n]. */
function argumentsOf(
  matrix: Float32Array,
  m: number,
  n: number,
  x: Float32Array,
  y: Float32Array,
  accumulate: number,
) {
  const { panels, scales } = quantiseRows(matrix, m, n);
  return [m, n, panels, Float32Array.from(scales), x, y, accumulate, new Int32Array(n)];
}

const levelsOf = (n: number) => Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * Math.max(n, 1))));

describe('quantisedMatvec', () => {
  test('agrees with float64, with and without accumulation, for every size and alignment', () => {
    fc.assert(
      fc.property(rows, cols, fc.nat(1), fc.nat(3), fc.nat(), (m, n, accumulate, skew, seed) => {
        const x = randomValues(n, seed + 1);
        const args = argumentsOf(randomValues(m * n, seed), m, n, x, randomValues(m, seed + 2), accumulate);
        // Float32 may round a number of x to the integer beside, which moves a sum by a weight times the step.
        const step = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / levelsOf(n);
        const tolerance = { relative: 1e-6, absolute: 4 * step + 1e-6 };
        expectAgreement('quantisedMatvec', args, tolerance, skew);
      }),
      { numRuns: 300 },
    );
  });

  test('is exact where weights and x are integers in their ranges and scales are powers of two', () => {
    fc.assert(
      fc.property(rows, cols, fc.nat(3), fc.nat(), (m, n, skew, seed) => {
        fc.pre(n > 0);
        const levels = levelsOf(n);
        const x = Float32Array.from(randomIntegers(n, 2 * levels + 1, seed), (q) => q - levels);
        x[seed % n] = levels;
        // The largest weight of each row is 127 units, of 2⁻⁶.
        const matrix = Float32Array.from(randomIntegers(m * n, 255, seed + 1), (q) => (q - 127) / 64);
        for (let i = 0; i < m; i++) matrix[i * n + (seed % n)] = 127 / 64;
        const args = argumentsOf(matrix, m, n, x, new Float32Array(m), 0);
        const product = Float64Array.from({ length: m }, (_, i) =>
          x.reduce((sum, value, j) => sum + value * matrix[i * n + j], 0),
        );
        const found = runReference('quantisedMatvec', args).arrays[5] as Float64Array;
        expect([...found]).toEqual([...product]);
        // The sum of integers is exact; its conversion to float32 is rounded once.
        expectAgreement('quantisedMatvec', args, { relative: 6e-8, absolute: 0 }, skew);
      }),
    );
  });

  test('is near to the product that it stands for: half a unit of each weight, half a step of each x', () => {
    fc.assert(
      fc.property(rows, cols, fc.nat(), (m, n, seed) => {
        const [matrix, x] = [randomValues(m * n, seed), randomValues(n, seed + 1)];
        const args = argumentsOf(matrix, m, n, x, new Float32Array(m), 0);
        const found = runReference('quantisedMatvec', args).arrays[5] as Float64Array;
        const scales = args[3] as Float32Array;
        const step = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / levelsOf(n);
        for (let i = 0; i < m; i++) {
          let [product, bound] = [0, 1e-5];
          for (let j = 0; j < n; j++) {
            product += matrix[i * n + j] * x[j];
            bound += (scales[i] / 2) * (Math.abs(x[j]) + step) + (step / 2) * Math.abs(matrix[i * n + j]);
          }
          expect(Math.abs(found[i] - product)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });

  test('the widest sums do not overflow', () => {
    for (const n of [516, 517, 4096, 20001]) {
      const largest = new Float32Array(n).fill(1);
      const args = argumentsOf(largest, 1, n, largest, new Float32Array(1), 0);
      expect((runReference('quantisedMatvec', args).arrays[5] as Float64Array)[0] / n).toBeCloseTo(1, 5);
      expectAgreement('quantisedMatvec', args, { relative: 1e-6, absolute: 0 });
    }
  });

  test('rows of zeros and a vector of zeros give 0, or leave what was there', () => {
    const y = () => Float32Array.of(3, 4);
    for (const accumulate of [0, 1]) {
      for (const [matrix, x] of [
        [new Float32Array(6), Float32Array.of(1, 2, 3)],
        [Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(3)],
      ]) {
        const args = argumentsOf(matrix, 2, 3, x, y(), accumulate);
        const found = runReference('quantisedMatvec', args).arrays[5] as Float64Array;
        expect([...found]).toEqual(accumulate ? [3, 4] : [0, 0]);
        expectAgreement('quantisedMatvec', args, exact);
      }
    }
  });

  test.each([Number.NaN, Infinity, -Infinity])('%d in x gives NaN everywhere', (value) => {
    for (const place of [0, 5, 8]) {
      const x = randomValues(9, 1);
      x[place] = value;
      const args = argumentsOf(randomValues(3 * 9, 2), 3, 9, x, new Float32Array(3), 0);
      const all = [
        runReference('quantisedMatvec', args),
        ...builds.map((build) => runWasm(build, 'quantisedMatvec', args)),
      ];
      for (const { arrays } of all) {
        expect([...(arrays[5] as Float32Array)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      }
    }
  });
});
