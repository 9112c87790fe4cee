import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packRows, panelRows } from '../../kernels/matvec/layout.ts';
import { exact, expectAgreement, expectClose, randomValues, runReference } from './module.ts';

const rows = fc.oneof(fc.nat(9), fc.nat(80));
const cols = fc.oneof(fc.nat(9), fc.nat(300));

/** Rounding of a float32 sum of n products of values around 1. */
const sumOf = (n: number) => ({ relative: 1e-6, absolute: 4e-7 * (n + 4) });

describe('matvec', () => {
  test('agrees with float64, with and without accumulation, for every size and alignment', () => {
    fc.assert(
      fc.property(rows, cols, fc.nat(1), fc.nat(3), fc.nat(), (m, n, accumulate, skew, seed) => {
        const panels = packRows(randomValues(m * n, seed), m, n);
        const args = [m, n, panels, randomValues(n, seed + 1), randomValues(m, seed + 2), accumulate];
        expectAgreement('matvec', args, sumOf(n), skew);
      }),
      { numRuns: 300 },
    );
  });

  test('is the matrix product of a column', () => {
    fc.assert(
      fc.property(rows, cols, fc.nat(1), fc.nat(), (m, n, accumulate, seed) => {
        const [matrix, x, y] = [m * n, n, m].map((size, i) => randomValues(size, seed + i));
        const product = runReference('matmul', [m, 1, n, matrix, n, 1, x, 1, 1, y, 1, accumulate]).arrays[9];
        const packed = runReference('matvec', [m, n, packRows(matrix, m, n), x, y, accumulate]).arrays[4];
        expectClose('matvec', packed as Float64Array, product as Float64Array, {
          relative: 0,
          absolute: 1e-12,
        });
      }),
    );
  });

  test('by hand: [[1, 2], [3, 4], [5, 6]]·[10, 1] = [12, 34, 56]', () => {
    const panels = packRows(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2);
    expect([...panels]).toEqual([1, 3, 5, 0, 0, 0, 0, 0, 2, 4, 6, 0, 0, 0, 0, 0]);
    const args = [3, 2, panels, Float32Array.of(10, 1), new Float32Array(3), 0];
    expect([...(runReference('matvec', args).arrays[4] as Float64Array)]).toEqual([12, 34, 56]);
    expectAgreement('matvec', args, exact);
  });

  test('its layout holds every entry once, and zeros in less than eight rows beside', () => {
    fc.assert(
      fc.property(rows, cols, (m, n) => {
        const packed = packRows(
          Float64Array.from({ length: m * n }, (_, i) => i + 1),
          m,
          n,
        );
        expect(packed.length).toBe(panelRows(m) * n);
        expect(panelRows(m) - m).toBeLessThan(8);
        const entries = packed.filter((value) => value !== 0).sort();
        expect(entries).toEqual(Float64Array.from({ length: m * n }, (_, i) => i + 1));
      }),
    );
  });
});
