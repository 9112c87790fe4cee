import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, hybrid, narrowDense } from '../../../src/tasks/comparisons/contenders.ts';
import type { Contender } from '../../../src/tasks/experiments/experiment.ts';
import { sizeModels } from '../../../src/tasks/experiments/matching.ts';

/** Parameters of two dense LSTM layers with one bias a gate, by the textbook. */
const denseParameters = (input: number, h: number): number => 4 * h * (input + h + 1) + 4 * h * (2 * h + 1);

const ends = { inputSize: 120, outputSize: 29 };

describe('sizing', () => {
  test('the narrow dense model is the one that no other width comes nearer than', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 90 }), fc.integer({ min: 3, max: 130 }), (width, inputSize) => {
        const small: Contender = {
          ...hybrid,
          layers: (h, r) => [
            { hidden: h, input: { lowRank: r } },
            { hidden: h, input: { lowRank: r } },
          ],
          parameters: { atMost: 0.9 },
        };
        const [baseline, compact, control] = sizeModels([dense, small, narrowDense], width, {
          ...ends,
          inputSize,
        });
        expect(baseline!.summary.lstmParameters).toBe(denseParameters(inputSize, width));
        const target = compact!.summary.lstmParameters;
        const distances = Array.from({ length: 2 * width }, (_, i) =>
          Math.abs(denseParameters(inputSize, i + 1) - target),
        );
        expect(Math.abs(control!.summary.lstmParameters - target)).toBe(Math.min(...distances));
      }),
    );
  });

  test('a share is kept, and no larger size would keep it', () => {
    for (const width of [64, 96, 128, 256]) {
      const sized = sizeModels([dense, hybrid], width, ends);
      const [all, ours] = sized.map(({ summary }) => summary.lstmParameters);
      expect(ours).toBeLessThanOrEqual(0.25 * all!);
      const rank = (sized[1]!.layers[1]!.recurrent as { sharedLowRank: number }).sharedLowRank;
      const next: Contender = {
        ...hybrid,
        layers: () => hybrid.layers(width, rank + 1, 120),
        parameters: undefined,
      };
      expect(sizeModels([next], width, ends)[0]!.summary.lstmParameters).toBeGreaterThan(0.25 * all!);
    }
  });

  test('what cannot be is refused', () => {
    expect(() => sizeModels([dense, { ...hybrid, parameters: { atMost: 0.01 } }], 64, ends)).toThrow(
      /model hybrid has at least \d+ LSTM parameters, more than the 803 allowed/,
    );
    expect(() => sizeModels([dense, narrowDense], 64, ends)).toThrow(
      /sized by model "hybrid", which is not among/,
    );
    const constant: Contender = { ...hybrid, layers: () => [{ hidden: 2 }] };
    expect(() => sizeModels([dense, constant], 64, ends)).toThrow(/has the same size at every size/);
  });
});
