import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockCirculant,
  blockDiagonal,
  dense,
  diagonalPlusLowRank,
  hashed,
  InputError,
  kronecker,
  type LinearMap,
  lowRank,
  parameterCount,
  sharedLowRank,
  skewCirculant,
  type Tensors,
  toDense,
  toeplitz,
  toeplitzLike,
} from '../../src/index.ts';
import { parametersOf } from './kinds.ts';
import { rankOf } from './rank.ts';

const size = fc.integer({ min: 1, max: 7 });
const few = fc.integer({ min: 1, max: 3 });
const seed = fc.nat();

/** The entries of a map's matrix, and its parameters' numbers. */
function written(map: LinearMap, key: number) {
  const parameters: Tensors = parametersOf(map, key);
  const matrix = toDense(map, parameters).dataSync();
  return {
    entry: (i: number, j: number) => matrix[i * map.inSize + j],
    values: (name: string) => parameters[name].dataSync(),
  };
}

/** Calls `visit` for every place in `blocks` matrices on top of each other. */
function everyPlace(
  rows: number,
  cols: number,
  blocks: number,
  visit: (b: number, i: number, j: number) => void,
): void {
  for (let b = 0; b < blocks; b++)
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) visit(b, i, j);
}

describe('entry by entry', () => {
  it('a skew-circulant matrix is v[i − j], with a minus where that wraps around', () => {
    fc.assert(
      fc.property(size, size, few, seed, (rows, cols, blocks, key) => {
        const n = Math.max(rows, cols);
        const { entry, values } = written(skewCirculant(cols, rows * blocks, blocks), key);
        const v = values('v');
        everyPlace(rows, cols, blocks, (b, i, j) => {
          const expected = i >= j ? v[b * n + i - j] : -v[b * n + n + i - j];
          expect(entry(b * rows + i, j)).toBe(expected);
        });
      }),
    );
  });

  it('a Toeplitz matrix is constant along its diagonals, each of which is a parameter', () => {
    fc.assert(
      fc.property(size, size, few, seed, (rows, cols, blocks, key) => {
        const map = toeplitz(cols, rows * blocks, blocks);
        expect(parameterCount(map)).toBe(blocks * (rows + cols - 1));
        const { entry, values } = written(map, key);
        everyPlace(rows, cols, blocks, (b, i, j) => {
          if (i > 0 && j > 0) expect(entry(b * rows + i, j)).toBe(entry(b * rows + i - 1, j - 1));
        });
        const found = new Set<number>();
        everyPlace(rows, cols, blocks, (b, i, j) => found.add(entry(b * rows + i, j)));
        expect([...found].sort()).toEqual([...new Set(values('t'))].sort());
      }),
    );
  });

  it('a Toeplitz-like matrix is ½ Σ Z₁(gᵢ) Z₋₁(J hᵢ), by loops', () => {
    fc.assert(
      fc.property(size, size, few, few, seed, (rows, cols, rank, blocks, key) => {
        const n = Math.max(rows, cols);
        const map = toeplitzLike(cols, rows * blocks, rank, blocks);
        expect(parameterCount(map)).toBe(blocks * 2 * n * rank);
        const { entry, values } = written(map, key);
        const all = values('generators');
        const at = (b: number, which: number, r: number, i: number) =>
          all[((b * 2 + which) * rank + r) * n + i];
        everyPlace(rows, cols, blocks, (b, i, j) => {
          let expected = 0;
          for (let r = 0; r < rank; r++) {
            for (let k = 0; k < n; k++) {
              const left = at(b, 0, r, (i - k + n) % n);
              // Column j of Z₋₁(J h) at k: the reversed h shifted down by j, negated where it wraps.
              const right = k >= j ? at(b, 1, r, n - 1 - (k - j)) : -at(b, 1, r, n - 1 - (k - j + n));
              expected += 0.5 * left * right;
            }
          }
          expect(entry(b * rows + i, j)).toBeCloseTo(expected, 10);
        });
      }),
    );
  });

  it('a square Toeplitz-like matrix has displacement Z₁M − MZ₋₁ = Σ gᵢ hᵢᵀ, of rank r', () => {
    fc.assert(
      fc.property(size, few, seed, (n, rank, key) => {
        const { entry, values } = written(toeplitzLike(n, n, rank), key);
        const all = values('generators');
        const displacement = new Float64Array(n * n);
        everyPlace(n, n, 1, (_, i, j) => {
          // Z₁ shifts rows down and around; M Z₋₁ shifts columns to the left, the first returns negated.
          const shifted = entry((i - 1 + n) % n, j) - (j + 1 < n ? entry(i, j + 1) : -entry(i, 0));
          displacement[i * n + j] = shifted;
          let expected = 0;
          for (let r = 0; r < rank; r++) expected += all[r * n + i] * all[(rank + r) * n + j];
          expect(shifted).toBeCloseTo(expected, 9);
        });
        expect(rankOf(displacement, n, n)).toBeLessThanOrEqual(rank);
      }),
    );
  });

  it('a block-circulant matrix is circulant in every block of its own values', () => {
    fc.assert(
      fc.property(few, few, fc.integer({ min: 1, max: 5 }), seed, (down, across, side, key) => {
        const map = blockCirculant(across * side, down * side, side);
        expect(parameterCount(map)).toBe(down * across * side);
        const { entry, values } = written(map, key);
        everyPlace(down * side, across * side, 1, (_, i, j) => {
          const block = Math.floor(i / side) * across + Math.floor(j / side);
          expect(entry(i, j)).toBe(values('v')[block * side + ((((i - j) % side) + side) % side)]);
        });
      }),
    );
  });

  it('a block-diagonal matrix has its blocks in place, and zeros elsewhere', () => {
    fc.assert(
      fc.property(few, few, few, seed, (down, across, blocks, key) => {
        const map = blockDiagonal(across * blocks, down * blocks, blocks);
        expect(parameterCount(map)).toBe(down * across * blocks);
        const { entry, values } = written(map, key);
        everyPlace(down, across * blocks, blocks, (b, i, j) => {
          const own = values('weight')[(b * down + i) * across + (j % across)];
          expect(entry(b * down + i, j)).toBe(Math.floor(j / across) === b ? own : 0);
        });
      }),
    );
  });

  it('low rank is a product U V of its own in every block, with a shared projection or without', () => {
    fc.assert(
      fc.property(size, size, few, few, seed, (rows, cols, rank, blocks, key) => {
        for (const map of [
          lowRank(cols, rows * blocks, rank, blocks),
          sharedLowRank(dense(cols, rank * blocks), rows * blocks, blocks),
        ]) {
          const { entry, values } = written(map, key);
          const [u, v] = 'z' in map.parameters ? ['z', 'projection.weight'] : ['u', 'v'];
          everyPlace(rows, cols, blocks, (b, i, j) => {
            let expected = 0;
            for (let r = 0; r < rank; r++) {
              expected += values(u)[(b * rows + i) * rank + r] * values(v)[(b * rank + r) * cols + j];
            }
            expect(entry(b * rows + i, j)).toBeCloseTo(expected, 12);
          });
        }
      }),
    );
  });

  it('a hashed matrix has the values of its table and their negatives, in places that its seed decides', () => {
    fc.assert(
      fc.property(size, size, size, seed, (m, n, count, key) => {
        const map = hashed(n, m, count, key);
        expect(parameterCount(map)).toBe(count);
        const { entry, values } = written(map, key);
        const table = new Set(Array.from(values('v'), Math.abs));
        everyPlace(m, n, 1, (_, i, j) => expect(table).toContain(Math.abs(entry(i, j))));
        const same = written(hashed(n, m, count, key), key);
        everyPlace(m, n, 1, (_, i, j) => expect(same.entry(i, j)).toBe(entry(i, j)));
      }),
    );
  });

  it('a hashed matrix uses all of its table, both signs, in about equal parts', () => {
    const { entry, values } = written(hashed(80, 80, 8, 3), 1);
    const counts = new Map<number, number>();
    everyPlace(80, 80, 1, (_, i, j) => counts.set(entry(i, j), (counts.get(entry(i, j)) ?? 0) + 1));
    expect(counts.size).toBe(2 * values('v').length);
    // 400 expected, deviation 19.
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(100);
  });

  it('a diagonal plus low rank is U V, and d on the diagonal of every block', () => {
    fc.assert(
      fc.property(size, size, few, few, seed, (rows, cols, rank, blocks, key) => {
        const map = diagonalPlusLowRank(cols, rows * blocks, rank, blocks);
        const diagonal = Math.min(rows, cols);
        expect(parameterCount(map)).toBe(rank * (rows * blocks + cols) + blocks * diagonal);
        const { entry, values } = written(map, key);
        const [d, u, v] = ['d', 'u', 'v'].map(values);
        everyPlace(rows, cols, blocks, (b, i, j) => {
          let expected = i === j ? d[b * diagonal + i] : 0;
          for (let r = 0; r < rank; r++) expected += u[(b * rows + i) * rank + r] * v[r * cols + j];
          expect(entry(b * rows + i, j)).toBeCloseTo(expected, 12);
        });
      }),
    );
  });

  it('a Kronecker product is every entry of A times all of B', () => {
    fc.assert(
      fc.property(few, few, few, few, seed, (rows, cols, innerRows, innerCols, key) => {
        const map = kronecker(cols * innerCols, rows * innerRows, [rows, cols]);
        expect(parameterCount(map)).toBe(rows * cols + innerRows * innerCols);
        const { entry, values } = written(map, key);
        const [a, b] = ['a', 'b'].map(values);
        everyPlace(rows * innerRows, cols * innerCols, 1, (_, i, j) => {
          const outer = a[Math.floor(i / innerRows) * cols + Math.floor(j / innerCols)];
          expect(entry(i, j)).toBeCloseTo(outer * b[(i % innerRows) * innerCols + (j % innerCols)], 14);
        });
      }),
    );
  });
});

describe('sizes', () => {
  it('that do not divide, or are below 1, are refused', () => {
    expect(() => blockCirculant(6, 9, 4)).toThrow(/block size is 4, expected a divisor of both/);
    expect(() => blockDiagonal(6, 8, 4)).toThrow(/blocks is 4, expected a divisor of inSize, 6/);
    expect(() => sharedLowRank(dense(3, 5), 8, 2)).toThrow(
      /blocks is 2, expected a divisor of the 5 projected values/,
    );
    expect(() => lowRank(6, 9, 1, 2)).toThrow(/lowRank: blocks is 2, expected a divisor of outSize, 9/);
    expect(() => kronecker(6, 6, [4, 2])).toThrow(/A is 4 × 2, expected sides that divide 6 × 6/);
    for (const make of [skewCirculant, toeplitz])
      expect(() => make(2, 6, 4)).toThrow(/expected a divisor of outSize, 6/);
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => toeplitz(bad, 2)).toThrow(InputError);
      expect(() => toeplitzLike(2, 2, bad)).toThrow(InputError);
      expect(() => blockCirculant(2, 2, bad)).toThrow(InputError);
      expect(() => hashed(2, 2, bad)).toThrow(InputError);
      expect(() => diagonalPlusLowRank(2, 2, bad)).toThrow(InputError);
      expect(() => kronecker(2, 2, [bad, 1])).toThrow(InputError);
    }
  });
});
