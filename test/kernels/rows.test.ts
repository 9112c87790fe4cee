import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builds, exact, expectAgreement, randomIntegers, randomValues, rounded, runWasm } from './module.ts';

const side = fc.nat(21);
const sums = { relative: 1e-6, absolute: 1e-5 };

describe('reduce', () => {
  test('sumAxis agrees', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.integer({ min: 1, max: 21 }),
        fc.nat(30),
        fc.nat(3),
        fc.nat(),
        (outer, axis, inner, skew, seed) => {
          const x = randomValues(outer * axis * inner, seed);
          const y = () => new Float32Array(outer * inner);
          expectAgreement('sumAxis', [x, y(), outer, axis, inner], rounded, skew);
        },
      ),
    );
  });

  test('an empty sum is 0', () => {
    expectAgreement('sumAxis', [new Float32Array(0), randomValues(18, 1), 2, 0, 9], exact);
    expectAgreement('sumAxis', [new Float32Array(0), randomValues(2, 1), 2, 0, 1], exact);
  });

  test('a long sum of like terms loses no digits', () => {
    const x = new Float32Array(100000).fill(0.1);
    expectAgreement('sumAxis', [x, new Float32Array(1), 1, x.length, 1], rounded);
    expectAgreement('sumAxis', [x, new Float32Array(10), 1, x.length / 10, 10], rounded);
  });
});

describe('softmax and logSoftmax', () => {
  test.each(['softmax', 'logSoftmax'] as const)('%s agrees at every size and scale', (name) => {
    fc.assert(
      fc.property(
        fc.nat(4),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0.1, 1, 30, 3000),
        fc.nat(3),
        fc.nat(),
        (rows, cols, deviation, skew, seed) => {
          const x = randomValues(rows * cols, seed, deviation);
          expectAgreement(
            name,
            [x, new Float32Array(rows * cols), rows, cols],
            { relative: 2e-6, absolute: 1e-6 },
            skew,
          );
        },
      ),
    );
  });

  test.each(['softmax', 'logSoftmax'] as const)('%s of −∞ beside finite entries, and of ±1e4', (name) => {
    const x = Float32Array.of(
      1,
      -Infinity,
      2,
      3,
      -Infinity,
      1e4,
      -1e4,
      9999,
      0,
      -Infinity,
      -1e4,
      -1e4,
      -1e4,
      -Infinity,
      -1e4,
    );
    expectAgreement(name, [x, new Float32Array(15), 3, 5], { relative: 2e-6, absolute: 1e-37 });
    expectAgreement(name, [Float32Array.of(NaN, 1, 2, 3, 4), new Float32Array(5), 1, 5], exact);
  });

  test('rows of softmax sum to 1', () => {
    for (const build of builds) {
      const y = runWasm(build, 'softmax', [randomValues(29 * 7, 3, 5), new Float32Array(29 * 7), 7, 29])
        .arrays[1] as Float32Array;
      for (let r = 0; r < 7; r++) {
        expect(y.subarray(r * 29, r * 29 + 29).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      }
    }
  });
});

describe('gather', () => {
  test('gatherRows, scatterAddRows, takeColumns and putColumns agree', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat(12),
        fc.oneof(side, fc.constant(150)),
        fc.nat(3),
        fc.nat(),
        (tableRows, count, width, skew, seed) => {
          const indices = randomIntegers(count, tableRows, seed);
          const table = () => randomValues(tableRows * width, seed + 1);
          const rows = randomValues(count * width, seed + 2);
          expectAgreement('gatherRows', [table(), indices, rows, count, width], exact, skew);
          expectAgreement('scatterAddRows', [rows, indices, table(), count, width], sums, skew);
          const columns = randomIntegers(count, Math.max(width, 1), seed + 3);
          if (width === 0) return;
          expectAgreement(
            'takeColumns',
            [rows, columns, randomValues(count, seed), count, width],
            exact,
            skew,
          );
          expectAgreement('putColumns', [randomValues(count, seed), columns, rows, count, width], sums, skew);
        },
      ),
    );
  });
});

test('crossEntropy and its gradient agree at every size and scale', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0.1, 1, 30, 3000),
      fc.nat(3),
      fc.nat(),
      (rows, cols, deviation, skew, seed) => {
        const x = randomValues(rows * cols, seed, deviation);
        const classes = randomIntegers(rows, cols, seed + 1);
        const tolerance = { relative: 2e-6, absolute: 2e-6 };
        expectAgreement('crossEntropy', [x, classes, new Float32Array(1), rows, cols], tolerance, skew);
        const [dLoss, dx] = [Float32Array.of(0.7), new Float32Array(rows * cols)];
        expectAgreement('crossEntropyGrad', [x, classes, dLoss, dx, rows, cols], tolerance, skew);
      },
    ),
  );
});
