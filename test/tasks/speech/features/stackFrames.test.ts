import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stackFrames } from '../../../../src/tasks/speech/features/stackFrames.ts';

describe('stackFrames', () => {
  test('has every frame at its place, the last repeated to fill the last row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (frames, bands, stack) => {
          const features = Float32Array.from({ length: frames * bands }, (_, i) => i);
          const made = stackFrames(features, frames, bands, stack);
          expect(made.frames).toBe(Math.ceil(frames / stack));
          expect(made.width).toBe(stack * bands);
          expect(made.features).toHaveLength(made.frames * made.width);
          made.features.forEach((x, i) => {
            const t = Math.min(frames - 1, Math.floor(i / bands));
            expect(x).toBe(t * bands + (i % bands));
          });
        },
      ),
    );
  });

  test('refuses a stack that is no positive whole number, and features of another shape', () => {
    for (const stack of [0, -1, 1.5, Number.NaN]) {
      expect(() => stackFrames(new Float32Array(6), 3, 2, stack)).toThrow(/stack is/);
    }
    expect(() => stackFrames(new Float32Array(5), 3, 2, 2)).toThrow(
      /5 elements, expected frames × bands = 3 × 2/,
    );
  });
});
