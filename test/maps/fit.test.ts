import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allParameters,
  blockCirculant,
  dense,
  diagonalPlusLowRank,
  fitMap,
  fitShared,
  grad,
  hashed,
  InputError,
  kronecker,
  type LinearMap,
  lowRank,
  multiply,
  random,
  sharedLowRank,
  subtract,
  sum,
  type Tensors,
  tensor,
  toDense,
  toeplitz,
  toeplitzLike,
} from '../../src/index.ts';
import { svd } from '../../src/linearAlgebra/index.ts';
import { float64 } from '../testing/values.ts';
import { kinds, parametersOf } from './kinds.ts';

const seed = fc.nat();
const size = fc.integer({ min: 1, max: 9 });

const normals = (count: number, ...keys: (number | string)[]) => {
  const stream = random(...keys);
  return Float64Array.from({ length: count }, () => stream.normal());
};

function length(values: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < values.length; i++) square += values[i] ** 2;
  return Math.sqrt(square);
}

const written = (map: LinearMap, parameters: Tensors) => toDense(map, parameters).dataSync() as Float64Array;
const off = (found: Float64Array, matrix: Float64Array) => length(found.map((value, i) => value - matrix[i]));

/** The fitted parameters as tensors, of the shapes that the map expects. */
function fitted(map: LinearMap, matrix: Float64Array): Tensors {
  const values = fitMap(map, matrix);
  expect(Object.keys(values).sort()).toEqual(Object.keys(allParameters(map)).sort());
  return Object.fromEntries(
    Object.entries(allParameters(map)).map(([name, { shape }]) => [
      name,
      tensor(values[name], shape, float64),
    ]),
  );
}

/** Kinds whose fit need not find a matrix of their own form: the error has other minima. */
const local = new Set(['sharedLowRank over circulant', 'diagonalPlusLowRank']);
/** Kinds whose matrix is linear in the parameters, so that the nearest is where the gradient is zero. */
const linear = [
  'dense',
  'circulant',
  'skewCirculant',
  'toeplitz',
  'blockCirculant',
  'blockDiagonal',
  'hashed',
];

for (const [name, maps] of Object.entries(kinds)) {
  describe(`the fit of a ${name} map`, () => {
    it.skipIf(local.has(name))('to a matrix of its form is that matrix', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const matrix = written(map, parametersOf(map, key));
          expect(off(written(map, fitted(map, matrix)), matrix)).toBeLessThanOrEqual(1e-6 * length(matrix));
        }),
      );
    });

    it('is no further from a matrix than zeros, and than other parameters', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const matrix = normals(map.outSize * map.inSize, key, 'matrix');
          const error = off(written(map, fitted(map, matrix)), matrix);
          expect(error).toBeLessThanOrEqual(length(matrix) * (1 + 1e-12));
          for (let k = 0; k < 3; k++) {
            expect(error).toBeLessThanOrEqual(off(written(map, parametersOf(map, key + k)), matrix) + 1e-12);
          }
        }),
      );
    });

    it('to zeros is zeros', () => {
      fc.assert(
        fc.property(maps, (map) => {
          const zeros = new Float64Array(map.outSize * map.inSize);
          expect(length(written(map, fitted(map, zeros)))).toBe(0);
        }),
      );
    });

    it('scales with the matrix', () => {
      fc.assert(
        fc.property(maps, seed, (map, key) => {
          const matrix = normals(map.outSize * map.inSize, key, 'matrix');
          const [error, larger] = [1, 1024].map((scale) => {
            const own = matrix.map((value) => scale * value);
            return off(written(map, fitted(map, own)), own) / scale;
          });
          expect(Math.abs(error - larger)).toBeLessThan(1e-5 * length(matrix));
        }),
      );
    });

    it('refuses a matrix of another size, and numbers that are none', () => {
      fc.assert(
        fc.property(maps, (map) => {
          const count = map.outSize * map.inSize;
          expect(() => fitMap(map, new Float64Array(count + 1))).toThrow(InputError);
          expect(() => fitMap(map, new Float64Array(count + 1))).toThrow(`holds ${count + 1} numbers`);
          expect(() => fitMap(map, new Float64Array(count).fill(Number.NaN))).toThrow(
            /is NaN, expected finite/,
          );
        }),
      );
    });
  });
}

describe.each(linear)('the nearest %s matrix', (name) => {
  it('leaves a residual that stands on every parameter', () => {
    fc.assert(
      fc.property(kinds[name], seed, (map, key) => {
        const matrix = normals(map.outSize * map.inSize, key, 'matrix');
        const target = tensor(matrix, [map.outSize, map.inSize], float64);
        const error = (parameters: Tensors) => {
          const residual = subtract(toDense(map, parameters), target);
          return sum(multiply(residual, residual));
        };
        for (const slope of Object.values(grad(error)(fitted(map, matrix)))) {
          expect(length(slope.dataSync())).toBeLessThan(1e-11 * length(matrix));
        }
      }),
    );
  });
});

describe('the fit of low rank', () => {
  it('leaves the singular values that it has no room for, shared or not', () => {
    fc.assert(
      fc.property(size, size, size, seed, (m, n, r, key) => {
        const matrix = normals(m * n, key);
        const rest = length(svd(matrix, m, n).values.slice(r));
        for (const map of [lowRank(n, m, r), sharedLowRank(dense(n, r), m)]) {
          expect(Math.abs(off(written(map, fitted(map, matrix)), matrix) - rest)).toBeLessThan(
            1e-11 * length(matrix),
          );
        }
      }),
    );
  });

  it('of several matrices over one projection is that of the matrices on top of each other', () => {
    fc.assert(
      fc.property(size, size, size, size, seed, (m1, m2, n, p, key) => {
        const [a, b] = [normals(m1 * n, key, 'a'), normals(m2 * n, key, 'b')];
        const { projection, z } = fitShared(dense(n, p), [
          { matrix: a, outSize: m1 },
          { matrix: b, outSize: m2 },
        ]);
        const errors = [a, b].map((matrix, i) => {
          const map = sharedLowRank(dense(n, p), [m1, m2][i]);
          const parameters = {
            z: tensor(z[i], [map.outSize, p], float64),
            'projection.weight': tensor(projection.weight, [p, n], float64),
          };
          return off(written(map, parameters), matrix);
        });
        const stacked = Float64Array.from([...a, ...b]);
        const rest = length(svd(stacked, m1 + m2, n).values.slice(p));
        expect(Math.abs(length(errors) - rest)).toBeLessThan(1e-11 * length(stacked));
      }),
    );
  });
});

describe('fitShared refuses', () => {
  const matrix = new Float64Array(12);
  it.each([
    { readers: [], blocks: 1, message: /^fitShared: readers is empty/ },
    {
      readers: [{ matrix, outSize: 3 }],
      blocks: 4,
      message: /blocks is 4, expected a divisor of .* 6 values/,
    },
    { readers: [{ matrix, outSize: 3 }], blocks: 0, message: /blocks is 0, expected a divisor/ },
    {
      readers: [{ matrix, outSize: 3, blocks: 3 }],
      blocks: 2,
      message: /a reader's blocks are 3, expected 1 or .* 2/,
    },
  ])('$message', ({ readers, blocks, message }) => {
    expect(() => fitShared(dense(4, 6), readers, blocks)).toThrow(InputError);
    expect(() => fitShared(dense(4, 6), readers, blocks)).toThrow(message);
  });
});

describe('the fit of a diagonal plus low rank', () => {
  it('finds both parts when the rank is below half of the side', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(sizes, seed, ([rank, more, blocks], key) => {
        const side = 2 * rank + 2 + more;
        const map = diagonalPlusLowRank(side, side * blocks, rank, blocks);
        const parameters = parametersOf(map, key);
        const matrix = written(map, parameters);
        const found = fitted(map, matrix);
        expect(off(written(map, found), matrix)).toBeLessThan(1e-6 * length(matrix));
      }),
    );
  });

  it('is at least as near as low rank alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 12 }), fc.integer({ min: 1, max: 3 }), seed, (n, rank, key) => {
        const matrix = normals(n * n, key);
        const [both, alone] = [diagonalPlusLowRank(n, n, rank), lowRank(n, n, rank)].map((map) =>
          off(written(map, fitted(map, matrix)), matrix),
        );
        expect(both).toBeLessThanOrEqual(alone);
      }),
    );
  });

  it('of a diagonal is the diagonal', () => {
    const map = diagonalPlusLowRank(3, 6, 1, 2);
    const { d, u, v } = fitMap(map, Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 0, 0, 0, 5, 0, 0, 0, 6));
    expect(Array.from(d)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(length(u) * length(v)).toBe(0);
  });
});

describe('the fit of a Kronecker product', () => {
  it('is no further than alternating least squares from anywhere', () => {
    const few = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(few, few, few, few, seed, (a, b, c, d, key) => {
        const map = kronecker(b * d, a * c, [a, b]);
        const matrix = normals(a * b * c * d, key);
        const at = (i: number, j: number, k: number, l: number) => matrix[(i * c + k) * b * d + j * d + l];
        const places = (count: number, width: number) =>
          Array.from({ length: count * width }, (_, e) => [Math.floor(e / width), e % width]);
        let left = normals(a * b, key, 'a');
        let right = normals(c * d, key, 'b');
        for (let round = 0; round < 50; round++) {
          const square = length(right) ** 2;
          left = Float64Array.from(
            places(a, b),
            ([i, j]) =>
              places(c, d).reduce((total, [k, l], e) => total + at(i, j, k, l) * right[e], 0) / square,
          );
          const other = length(left) ** 2;
          right = Float64Array.from(
            places(c, d),
            ([k, l]) =>
              places(a, b).reduce((total, [i, j], e) => total + at(i, j, k, l) * left[e], 0) / other,
          );
        }
        const alternated = written(map, {
          a: tensor(left, [a, b], float64),
          b: tensor(right, [c, d], float64),
        });
        const error = off(written(map, fitted(map, matrix)), matrix);
        expect(error).toBeLessThanOrEqual(off(alternated, matrix) * (1 + 1e-9) + 1e-12);
      }),
    );
  });
});

describe('tied entries', () => {
  it('get their mean, by hand', () => {
    expect(Array.from(fitMap(toeplitz(2, 2), Float64Array.of(1, 7, 5, 3)).t)).toEqual([7, 2, 5]);
    expect(Array.from(fitMap(blockCirculant(2, 2, 2), Float64Array.of(1, 7, 5, 3)).v)).toEqual([2, 6]);
  });

  it('that no entry uses are zero', () => {
    const { v } = fitMap(hashed(1, 1, 5), Float64Array.of(3));
    expect(
      Array.from(v)
        .filter((value) => value !== 0)
        .map(Math.abs),
    ).toEqual([3]);
  });
});

describe('Toeplitz-like matrices of rank 2', () => {
  const n = fc.integer({ min: 2, max: 24 });
  /** A Toeplitz matrix that is surely invertible: its diagonal outweighs each row. */
  const dominant = (side: number, key: number) => {
    const t = normals(2 * side - 1, key, 't');
    t[side - 1] = 1 + length(t) * Math.sqrt(2 * side);
    return Float64Array.from(
      { length: side * side },
      (_, e) => t[Math.floor(e / side) - (e % side) + side - 1],
    );
  };

  it('hold every Toeplitz matrix, square or not', () => {
    fc.assert(
      fc.property(n, n, seed, (rows, cols, key) => {
        const map = toeplitz(cols, rows);
        const matrix = written(map, parametersOf(map, key));
        const like = toeplitzLike(cols, rows, 2);
        expect(off(written(like, fitted(like, matrix)), matrix)).toBeLessThan(1e-8 * length(matrix));
      }),
    );
  });

  it('hold the inverse of every Toeplitz matrix', () => {
    fc.assert(
      fc.property(n, seed, (side, key) => {
        const inverse = inverted(dominant(side, key), side);
        const like = toeplitzLike(side, side, 2);
        expect(off(written(like, fitted(like, inverse)), inverse)).toBeLessThan(1e-8 * length(inverse));
      }),
    );
  });

  it('hold every matrix once the rank is the side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), seed, (side, key) => {
        const matrix = normals(side * side, key);
        const like = toeplitzLike(side, side, side);
        expect(off(written(like, fitted(like, matrix)), matrix)).toBeLessThan(1e-8 * length(matrix));
      }),
    );
  });
});

it('of a map of one’s own is what that says, of a matrix that is checked', () => {
  const scaled: LinearMap = {
    ...dense(2, 1),
    kind: 'scaled',
    structure: { kind: 'own', fit: ([first]) => ({ weight: Float64Array.of(first, 0) }) },
  };
  expect(fitMap(scaled, Float64Array.of(3, 4))).toEqual({ weight: Float64Array.of(3, 0) });
  expect(() => fitMap(scaled, Float64Array.of(3))).toThrow(
    'fitMap: the matrix for scaled holds 1 numbers, expected 1 × 2.',
  );
});

it('gets nearer the more room a structure has', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 16 }), seed, (side, key) => {
      const matrix = normals(side * side, key);
      const errors = (make: (r: number) => LinearMap) =>
        [1, 3, 6].map((r) => off(written(make(r), fitted(make(r), matrix)), matrix));
      for (const make of [
        (r: number) => lowRank(side, side, r),
        (r: number) => toeplitzLike(side, side, r),
        (r: number) => diagonalPlusLowRank(side, side, r),
      ]) {
        const [one, three, six] = errors(make);
        expect(three).toBeLessThan(one);
        expect(six).toBeLessThan(three);
      }
    }),
  );
});

/** The inverse by Gauss–Jordan elimination with row exchanges. */
function inverted(matrix: Float64Array, n: number): Float64Array {
  const rows = Array.from({ length: n }, (_, i) => [
    ...matrix.slice(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let k = 0; k < n; k++) {
    const pivot = rows.findIndex(
      (row, i) => i >= k && Math.abs(row[k]) === Math.max(...rows.slice(k).map((r) => Math.abs(r[k]))),
    );
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    rows[k] = rows[k].map((value) => value / rows[k][k]);
    rows.forEach((row, i) => {
      if (i !== k) rows[i] = row.map((value, j) => value - row[k] * rows[k][j]);
    });
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(n)));
}
