import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, random } from '../../src/index.ts';
import {
  lowRankFactors,
  multiply,
  norm,
  type Svd,
  subtract,
  svd,
  transposed,
} from '../../src/linearAlgebra/index.ts';

const size = fc.integer({ min: 1, max: 12 });
const normals = (count: number, ...keys: (number | string)[]) => {
  const stream = random(...keys);
  return Float64Array.from({ length: count }, () => stream.normal());
};

/** Σ values[k] u_k v_kᵀ, by loops of its own. */
function rebuilt({ rank, values, u, v }: Svd, rows: number, cols: number): Float64Array {
  const sum = new Float64Array(rows * cols);
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) sum[i * cols + j] += values[k] * u[k * rows + i] * v[k * cols + j];
    }
  }
  return sum;
}

/** How far the rows of x [count, width] are from being orthonormal. */
function skewness(x: Float64Array, count: number, width: number): number {
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < width; i++) product += x[a * width + i] * x[b * width + i];
      worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

function expectDecomposition(matrix: Float64Array, rows: number, cols: number): Svd {
  const found = svd(matrix, rows, cols);
  const scale = Math.max(...matrix.map(Math.abs), 1e-300) * Math.sqrt(rows * cols);
  expect(norm(subtract(rebuilt(found, rows, cols), matrix))).toBeLessThan(1e-12 * scale);
  expect(skewness(found.u, found.rank, rows)).toBeLessThan(1e-12);
  expect(skewness(found.v, found.rank, cols)).toBeLessThan(1e-12);
  for (let k = 0; k < found.rank; k++) {
    expect(found.values[k]).toBeGreaterThan(0);
    if (k > 0) expect(found.values[k]).toBeLessThanOrEqual(found.values[k - 1]);
  }
  return found;
}

describe('the singular value decomposition', () => {
  it('rebuilds any matrix from orthonormal vectors, tall or wide', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, cols, seed) => {
        expect(expectDecomposition(normals(rows * cols, seed), rows, cols).rank).toBe(Math.min(rows, cols));
      }),
    );
  });

  it('rebuilds what is drawn from any numbers, zeros and repetitions among them', () => {
    const entry = fc.oneof(fc.constantFrom(0, 1, -1), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    const matrix = fc
      .tuple(size, size)
      .chain(([rows, cols]) =>
        fc.tuple(
          fc.constant(rows),
          fc.constant(cols),
          fc.array(entry, { minLength: rows * cols, maxLength: rows * cols }),
        ),
      );
    fc.assert(
      fc.property(matrix, ([rows, cols, entries]) => {
        expectDecomposition(Float64Array.from(entries), rows, cols);
      }),
    );
  });

  it('finds the values that a matrix was made with, over twelve orders of magnitude', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, cols, seed) => {
        const count = Math.min(rows, cols);
        const u = svd(normals(count * rows, seed, 'u'), count, rows).v;
        const v = svd(normals(count * cols, seed, 'v'), count, cols).v;
        const values = Float64Array.from({ length: count }, (_, k) => 10 ** -k);
        const found = svd(rebuilt({ rank: count, values, u, v }, rows, cols), rows, cols);
        expect(found.rank).toBe(count);
        values.forEach((value, k) => {
          expect(Math.abs(found.values[k] - value)).toBeLessThan(1e-14 * count);
        });
      }),
    );
  });

  it('counts the rank of a product', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 12 }), fc.nat(), (rows, cols, inner, seed) => {
        const product = multiply(
          normals(rows * inner, seed),
          normals(inner * cols, seed, 1),
          rows,
          inner,
          cols,
        );
        expect(expectDecomposition(product, rows, cols).rank).toBe(Math.min(rows, cols, inner));
      }),
    );
  });

  it('knows matrices worked by hand', () => {
    // AᵀA = [[25, 20], [20, 25]] has eigenvalues 45 and 5.
    const hand = svd(Float64Array.of(3, 0, 4, 5), 2, 2).values;
    expect(hand[0]).toBeCloseTo(Math.sqrt(45), 14);
    expect(hand[1]).toBeCloseTo(Math.sqrt(5), 14);
    // All ones: one value, √(rows · cols).
    const ones = svd(new Float64Array(12).fill(1), 3, 4);
    expect(ones.rank).toBe(1);
    expect(ones.values[0]).toBeCloseTo(Math.sqrt(12), 14);
    expect(svd(new Float64Array(6), 2, 3).rank).toBe(0);
    expect(Array.from(svd(Float64Array.of(0, -7, 2, 0), 2, 2).values)).toEqual([7, 2]);
  });

  it('of the path matrix has the values 2 sin(kπ / (2n + 1)), less and less apart', () => {
    // The lower bidiagonal matrix with 1 and −1: its singular values are known in closed form.
    const n = 40;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 1;
      if (i > 0) matrix[i * n + i - 1] = -1;
    }
    const { values } = expectDecomposition(matrix, n, n);
    for (let k = 0; k < n; k++) {
      const expected = 2 * Math.sin(((2 * (n - k) - 1) * Math.PI) / (2 * (2 * n + 1)));
      expect(Math.abs(values[k] - expected)).toBeLessThan(1e-13);
    }
  });

  it('of the 8 × 8 Hilbert matrix agrees with its determinant and norm', () => {
    const n = 8;
    const hilbert = Float64Array.from({ length: n * n }, (_, k) => 1 / (Math.floor(k / n) + (k % n) + 1));
    const { values } = expectDecomposition(hilbert, n, n);
    // Published: ‖H₈‖₂ = 1.6959389…, smallest eigenvalue 1.1115…e−10.
    expect(values[0]).toBeCloseTo(1.69593899692, 9);
    expect(values[7] * 1e10).toBeCloseTo(1.11153897, 3);
  });

  it('neither overflows nor loses what is small', () => {
    for (const scale of [1e-200, 1e200]) {
      const { values } = svd(Float64Array.of(3 * scale, 0, 4 * scale, 5 * scale), 2, 2);
      expect(values[0] / scale).toBeCloseTo(Math.sqrt(45), 12);
      expect(values[1] / scale).toBeCloseTo(Math.sqrt(5), 12);
    }
  });

  it('is as exact for a larger matrix', () => {
    const [rows, cols] = [400, 150];
    const matrix = normals(rows * cols, 'large');
    expectDecomposition(matrix, rows, cols);
  });

  it('refuses what is no matrix', () => {
    expect(() => svd(new Float64Array(5), 2, 3)).toThrow(InputError);
    expect(() => svd(new Float64Array(5), 2, 3)).toThrow(/holds 5 numbers, expected 2 × 3/);
    expect(() => svd(Float64Array.of(1, Number.NaN), 1, 2)).toThrow(/holds NaN, expected finite/);
  });
});

describe('factors of low rank', () => {
  it('leave no more than the values that were cut off, and no product of that rank leaves less', () => {
    fc.assert(
      fc.property(size, size, size, fc.nat(), (rows, cols, rank, seed) => {
        const matrix = normals(rows * cols, seed);
        const { left, right } = lowRankFactors(matrix, rows, cols, rank);
        expect([left.length, right.length]).toEqual([rows * rank, rank * cols]);
        const error = norm(subtract(multiply(left, right, rows, rank, cols), matrix));
        expect(Math.abs(error - norm(svd(matrix, rows, cols).values.slice(rank)))).toBeLessThan(
          1e-12 * norm(matrix),
        );
        const nudged = left.map((value, i) => value + 0.1 * normals(left.length, seed, 'nudge')[i]);
        const other = norm(subtract(multiply(nudged, right, rows, rank, cols), matrix));
        expect(other).toBeGreaterThanOrEqual(error - 1e-12);
      }),
    );
  });

  it('share the size evenly', () => {
    fc.assert(
      fc.property(size, size, size, fc.nat(), (rows, cols, rank, seed) => {
        const { left, right } = lowRankFactors(normals(rows * cols, seed), rows, cols, rank);
        const own = transposed(left, rows, rank);
        for (let k = 0; k < rank; k++) {
          const [a, b] = [
            norm(own.slice(k * rows, (k + 1) * rows)),
            norm(right.slice(k * cols, (k + 1) * cols)),
          ];
          expect(Math.abs(a - b)).toBeLessThan(1e-12);
        }
      }),
    );
  });
});
