import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as reference from '../../kernels/reference.ts';
import { exact, expectAgreement, expectCloseToLargest, randomValues } from './module.ts';

const side = fc.oneof(fc.nat(12), fc.nat(70));

describe('toeplitz', () => {
  test('matrix and diagonal sums agree', () => {
    fc.assert(
      fc.property(side, side, fc.nat(3), fc.nat(), (rows, cols, skew, seed) => {
        const t = randomValues(Math.max(rows + cols - 1, 0), seed);
        const w = randomValues(rows * cols, seed + 1);
        expectAgreement('toeplitzMatrix', [t, w, rows, cols], exact, skew);
        expectCloseToLargest('diagonalSums', [w, t, rows, cols], 1e-6, skew);
      }),
    );
  });

  test('by hand: the diagonals 1 … 4 of a 2×3 matrix, and their sums', () => {
    const w = new Float64Array(6);
    reference.toeplitzMatrix(Float64Array.of(1, 2, 3, 4), w, 2, 3);
    expect([...w]).toEqual([3, 2, 1, 4, 3, 2]);
    const t = new Float64Array(4);
    reference.diagonalSums(w, t, 2, 3);
    expect([...t]).toEqual([1, 4, 6, 4]);
  });
});

describe('displacement', () => {
  /** ½ Σ Z₁(gᵢ) Z₋₁(J hᵢ) by products of matrices; g and h are `[rank, n]`. */
  function fromGenerators(g: Float64Array, h: Float64Array, n: number, rank: number): Float64Array {
    const m = new Float64Array(n * n);
    const shifted = (f: number, v: Float64Array, i: number, j: number) =>
      (i < j ? f : 1) * v[(i - j + n) % n];
    for (let term = 0; term < rank; term++) {
      const left = g.subarray(term * n, (term + 1) * n);
      const right = h.slice(term * n, (term + 1) * n).reverse();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < n; k++) m[i * n + j] += (shifted(1, left, i, k) * shifted(-1, right, k, j)) / 2;
        }
      }
    }
    return m;
  }

  test('the matrix of Σ gᵢhᵢᵀ is ½ Σ Z₁(gᵢ) Z₋₁(J hᵢ)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(),
        (n, rank, seed) => {
          const g = Float64Array.from(randomValues(rank * n, seed));
          const h = Float64Array.from(randomValues(rank * n, seed + 1));
          const p = new Float64Array(n * n);
          reference.matmul(n, n, rank, g, 1, n, h, n, 1, p, n, 0);
          const m = new Float64Array(n * n);
          reference.fromDisplacement(p, m, n);
          fromGenerators(g, h, n, rank).forEach((value, i) => {
            expect(m[i]).toBeCloseTo(value, 12);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the transpose has the same inner products', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
        const p = Float64Array.from(randomValues(n * n, seed));
        const dm = Float64Array.from(randomValues(n * n, seed + 1));
        const m = new Float64Array(n * n);
        const dp = new Float64Array(n * n);
        reference.fromDisplacement(p, m, n);
        reference.fromDisplacementTranspose(dm, dp, n);
        const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
        expect(inner(m, dm)).toBeCloseTo(inner(p, dp), 9);
      }),
    );
  });

  test.each(['fromDisplacement', 'fromDisplacementTranspose'] as const)('%s agrees', (name) => {
    fc.assert(
      fc.property(side, fc.nat(3), fc.nat(), (n, skew, seed) => {
        expectCloseToLargest(name, [randomValues(n * n, seed), randomValues(n * n, seed + 1), n], 1e-6, skew);
      }),
    );
    for (const n of [96, 500, 512]) {
      expectCloseToLargest(name, [randomValues(n * n, n), new Float32Array(n * n), n], 1e-6);
    }
  });
});
