import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy, InputError, type Tensors, tensor, zeros } from '../../src/index.ts';
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
