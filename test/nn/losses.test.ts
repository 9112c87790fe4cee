import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  grad,
  InputError,
  meanSquaredError,
  type Tensors,
  tensor,
  zeros,
} from '../../src/index.ts';
import { gradcheck } from '../../src/testing/index.ts';
import { filled, float64 } from '../testing/values.ts';

describe('crossEntropy', () => {
  it('is worked by hand', () => {
    // Equal scores: ln C. One score ln 3 above the other: −ln ¾ or −ln ¼.
    expect(crossEntropy(zeros([1, 8], float64), [5]).item()).toBeCloseTo(Math.log(8), 14);
    const logits = tensor(
      [
        [Math.log(3), 0],
        [Math.log(3), 0],
      ],
      undefined,
      float64,
    );
    expect(crossEntropy(logits, [0, 1]).item()).toBeCloseTo((-Math.log(0.75) - Math.log(0.25)) / 2, 14);
  });

  it('is the mean over all rows, whatever axes they stand on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        (t, b, c, seed) => {
          const logits = filled(seed, 'logits', [t, b, c]);
          const classes = Array.from({ length: t * b }, (_, i) => (seed + 7 * i) % c);
          const values = logits.dataSync();
          let expected = 0;
          classes.forEach((right, row) => {
            const scores = Array.from(values.subarray(row * c, (row + 1) * c));
            expected -= Math.log(
              Math.exp(scores[right]) / scores.reduce((total, s) => total + Math.exp(s), 0),
            );
          });
          expect(crossEntropy(logits, classes).item()).toBeCloseTo(expected / (t * b), 12);
          gradcheck(({ x }: Tensors) => crossEntropy(x, classes), { x: logits }, { seed, directions: 1 });
        },
      ),
    );
  });

  it('neither overflows nor is disturbed by a constant', () => {
    const logits = tensor([[1000, 0, -1000]]);
    expect(crossEntropy(logits, [0]).item()).toBeCloseTo(0, 6);
    expect(crossEntropy(logits, [1]).item()).toBeCloseTo(1000, 3);
    expect(crossEntropy(logits, [2]).item()).toBeCloseTo(2000, 3);
  });

  it('refuses wrong classes', () => {
    const logits = zeros([2, 3]);
    for (const bad of [3, -1, 0.5, Number.NaN])
      expect(() => crossEntropy(logits, [0, bad])).toThrow(InputError);
    expect(() => crossEntropy(logits, [0])).toThrow(InputError);
    expect(() => crossEntropy(logits, [0, 1, 2])).toThrow(InputError);
    expect(() => crossEntropy(zeros([]), [0])).toThrow(InputError);
    expect(() => crossEntropy(zeros([0, 3]), [])).toThrow(InputError);
  });
});

describe('crossEntropy with classes to ignore', () => {
  it('is that of the other rows, and gives the ignored ones no gradient', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (classes, seed) => {
          const logits = filled(seed, 'logits', [classes.length, 4]);
          const loss = ({ x }: Tensors) => crossEntropy(x, classes, { ignore: -1 });
          const rows = [...classes.keys()].filter((row) => classes[row] >= 0);
          if (rows.length === 0) {
            expect(() => loss({ x: logits })).toThrow(
              new InputError('crossEntropy: every class is -1, which is ignored.'),
            );
            return;
          }
          const values = logits.dataSync();
          const others = tensor(
            rows.map((row) => [...values.subarray(4 * row, 4 * row + 4)]),
            undefined,
            float64,
          );
          const right = rows.map((row) => classes[row]);
          expect(loss({ x: logits }).item()).toBeCloseTo(crossEntropy(others, right).item(), 12);
          const gradient = grad(loss)({ x: logits }).x.dataSync();
          classes.forEach((own, row) => {
            const size = Math.max(...gradient.subarray(4 * row, 4 * row + 4).map(Math.abs));
            expect(size > 0).toBe(own >= 0);
          });
          gradcheck(loss, { x: logits }, { seed, directions: 1 });
        },
      ),
    );
  });

  it('refuses an option that it does not know, and a wrong number of classes', () => {
    const logits = zeros([2, 3]);
    expect(() => crossEntropy(logits, [0, 1], { ignored: -1 } as object)).toThrow(
      /^crossEntropy: ignored is not/,
    );
    expect(() => crossEntropy(logits, [0], { ignore: -1 })).toThrow(
      /classes has shape \[1\], expected \[2\]/,
    );
    expect(() => crossEntropy(logits, [0, 3], { ignore: -1 })).toThrow(InputError);
  });
});

describe('meanSquaredError', () => {
  it('is the mean square of the differences', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 3 }), fc.nat(), (sizes, seed) => {
        const shape = sizes.map((size) => size + 1);
        const [y, target] = [filled(seed, 'y', shape), filled(seed, 'target', shape)];
        const [a, b] = [y.dataSync(), target.dataSync()];
        const expected = [...a].reduce((total, value, i) => total + (value - b[i]) ** 2, 0) / a.length;
        expect(meanSquaredError(y, target).item()).toBeCloseTo(expected, 12);
        gradcheck(({ y, target }: Tensors) => meanSquaredError(y, target), { y, target }, { seed });
      }),
    );
    expect(() => meanSquaredError(zeros([2]), zeros([2, 1]))).toThrow(InputError);
  });
});

describe('binaryCrossEntropy', () => {
  it('is −t ln σ(x) − (1 − t) ln σ(−x), on average', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: -30, max: 30, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          { minLength: 1, maxLength: 6 },
        ),
        fc.nat(),
        (pairs, seed) => {
          const [logits, targets] = [0, 1].map((k) =>
            tensor(
              pairs.map((pair) => pair[k]),
              [pairs.length],
              float64,
            ),
          );
          const expected =
            pairs.reduce(
              (total, [x, t]) => total + t * Math.log1p(Math.exp(-x)) + (1 - t) * Math.log1p(Math.exp(x)),
              0,
            ) / pairs.length;
          expect(binaryCrossEntropy(logits, targets).item()).toBeCloseTo(expected, 10);
          gradcheck(({ x }: Tensors) => binaryCrossEntropy(x, targets), { x: logits }, { seed });
        },
      ),
    );
  });

  it('has the gradient (σ(x) − t) / n, at 0 and far from it too', () => {
    const logits = tensor([
      [0, 1e4],
      [-1e4, 0],
    ]);
    const targets = tensor([
      [0, 1],
      [1, 1],
    ]);
    const loss = ({ x }: Tensors) => binaryCrossEntropy(x, targets);
    expect(loss({ x: logits }).item()).toBeCloseTo((2 * Math.LN2 + 1e4) / 4, 2);
    expect(Array.from(grad(loss)({ x: logits }).x.dataSync())).toEqual([0.125, 0, -0.25, -0.125]);
    expect(() => binaryCrossEntropy(logits, zeros([4]))).toThrow(InputError);
  });
});
