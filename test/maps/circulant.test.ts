import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circulant, skewCirculant, type Tensors, tensor, toDense } from '../../src/index.ts';
import { float64 } from '../testing/values.ts';
import { parametersOf } from './kinds.ts';

const size = fc.integer({ min: 1, max: 12 });

describe('the circulant matrix', () => {
  it('has the entries v[(i − j) mod n] in every block, whatever its sides', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 4 }), fc.nat(), (rows, cols, blocks, seed) => {
        const map = circulant(cols, rows * blocks, blocks);
        const parameters = parametersOf(map, seed);
        const n = Math.max(rows, cols);
        const v = parameters.v.dataSync();
        const matrix = toDense(map, parameters).dataSync();
        for (let block = 0; block < blocks; block++) {
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < cols; j++) {
              expect(matrix[(block * rows + i) * cols + j]).toBe(v[block * n + ((((i - j) % n) + n) % n)]);
            }
          }
        }
      }),
    );
  });

  it('changes its sign above the diagonal where it is a skew-circulant one', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 4 }), fc.nat(), (rows, cols, blocks, seed) => {
        const parameters = parametersOf(circulant(cols, rows * blocks, blocks), seed);
        const [plain, skew] = [circulant, skewCirculant].map((map) =>
          toDense(map(cols, rows * blocks, blocks), parameters).dataSync(),
        );
        plain.forEach((value, at) => {
          const [i, j] = [Math.floor(at / cols) % rows, at % cols];
          expect(skew[at]).toBe(i < j ? -value : value);
        });
      }),
    );
  });

  it('is, by hand, v shifted down column by column', () => {
    const of = (values: number[], inSize: number, outSize: number, blocks = 1): number[] => {
      const parameters: Tensors = { v: tensor(values, [blocks, values.length / blocks], float64) };
      return Array.from(toDense(circulant(inSize, outSize, blocks), parameters).dataSync());
    };
    expect(of([1, 2, 3], 3, 3)).toEqual([1, 3, 2, 2, 1, 3, 3, 2, 1]);
    expect(of([1, 2, 3], 2, 3)).toEqual([1, 3, 2, 1, 3, 2]);
    expect(of([1, 2, 3], 3, 2)).toEqual([1, 3, 2, 2, 1, 3]);
    expect(of([1, 2, 3, 4], 2, 4, 2)).toEqual([1, 2, 2, 1, 3, 4, 4, 3]);
  });

  it('convolves: the circulant products of two matrices commute', () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const [a, b] = [seed, seed + 1].map((key) =>
          toDense(circulant(n, n), parametersOf(circulant(n, n), key)).dataSync(),
        );
        const product = (x: typeof a, y: typeof a, i: number, j: number) => {
          let total = 0;
          for (let k = 0; k < n; k++) total += x[i * n + k] * y[k * n + j];
          return total;
        };
        for (let i = 0; i < n; i++) expect(product(a, b, i, 0)).toBeCloseTo(product(b, a, i, 0), 12);
      }),
    );
  });
});
