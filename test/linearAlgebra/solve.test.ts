import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/index.ts';
import {
  leastSquares,
  multiply,
  norm,
  solvePositive,
  subtract,
  transposed,
} from '../../src/linearAlgebra/index.ts';

const size = fc.integer({ min: 1, max: 8 });
const normals = (count: number, ...keys: (number | string)[]) => {
  const stream = random(...keys);
  return Float64Array.from({ length: count }, () => stream.normal());
};
const asOperator = (a: Float64Array, rows: number, cols: number) => ({
  apply: (x: Float64Array) => multiply(a, x, rows, cols, 1),
  applyTranspose: (y: Float64Array) => multiply(transposed(a, rows, cols), y, cols, rows, 1),
});

describe('least squares by conjugate gradients', () => {
  it('ends where the residual stands on every column', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, cols, seed) => {
        const a = normals(rows * cols, seed, 'a');
        const operator = asOperator(a, rows, cols);
        const target = normals(rows, seed, 'b');
        const { x, residual } = leastSquares(operator, target, normals(cols, seed, 'x'), 200);
        expect(norm(operator.applyTranspose(residual))).toBeLessThan(1e-7);
        expect(norm(subtract(subtract(target, operator.apply(x)), residual))).toBeLessThan(1e-7);
      }),
    );
  });

  it('stays where it is when it begins at the end', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, cols, seed) => {
        // A column of zeros: there is a direction that changes nothing.
        const a = normals(rows * cols, seed, 'a').map((value, i) => (i % cols === 0 ? 0 : value));
        const operator = asOperator(a, rows, cols);
        const target = normals(rows, seed, 'b');
        const { x } = leastSquares(operator, target, new Float64Array(cols), 200);
        const again = leastSquares(operator, target, x, 200);
        expect(norm(subtract(again.x, x))).toBeLessThan(1e-6 * (1 + norm(x)));
      }),
    );
  });

  it('gets no further from the target with any step', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, cols, seed) => {
        const operator = asOperator(normals(rows * cols, seed, 'a'), rows, cols);
        const [target, start] = [normals(rows, seed, 'b'), normals(cols, seed, 'x')];
        let before = norm(subtract(target, operator.apply(start)));
        for (let steps = 0; steps < 6; steps++) {
          const { x } = leastSquares(operator, target, start, steps);
          const error = norm(subtract(target, operator.apply(x)));
          expect(error).toBeLessThanOrEqual(before + 1e-12);
          before = error;
        }
      }),
    );
  });
});

describe('a symmetric system', () => {
  it('is solved, and where it is singular the residual still stands on its columns', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (n, inner, seed) => {
        const half = normals(n * inner, seed);
        const a = multiply(half, transposed(half, n, inner), n, inner, n);
        const b = multiply(a, normals(n, seed, 'x'), n, n, 1);
        const found = multiply(a, solvePositive(a, b), n, n, 1);
        expect(norm(subtract(found, b))).toBeLessThan(1e-6 * Math.max(1, norm(b)));
      }),
    );
  });

  it('worked by hand: [[4, 2], [2, 3]] x = [2, 5]', () => {
    const x = solvePositive(Float64Array.of(4, 2, 2, 3), Float64Array.of(2, 5));
    expect(x[0]).toBeCloseTo(-0.5, 14);
    expect(x[1]).toBeCloseTo(2, 14);
    expect(Array.from(solvePositive(Float64Array.of(0, 0, 0, 4), Float64Array.of(0, 12)))).toEqual([0, 3]);
  });
});
