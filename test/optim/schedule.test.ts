import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, warmupCosine } from '../../src/index.ts';

const schedules = fc
  .record({
    peak: fc.double({ min: 1e-6, max: 10, noNaN: true }),
    warmupSteps: fc.nat(50),
    rest: fc.integer({ min: 1, max: 200 }),
    finalFraction: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ rest, ...options }) => ({ ...options, totalSteps: options.warmupSteps + rest }));

describe('warmupCosine', () => {
  it('rises in a line to the peak, and falls to its final rate', () => {
    fc.assert(
      fc.property(schedules, (options) => {
        const { peak, warmupSteps, totalSteps, finalFraction } = options;
        const rate = warmupCosine(options);
        for (let step = 1; step < warmupSteps; step++) {
          expect(rate(step)).toBeCloseTo((peak * step) / warmupSteps, 12);
          expect(rate(step)).toBeLessThan(rate(step + 1));
        }
        expect(rate(warmupSteps)).toBeCloseTo(peak, 12);
        for (let step = warmupSteps; step < totalSteps; step++) {
          expect(rate(step + 1)).toBeLessThanOrEqual(rate(step));
        }
        expect(rate(totalSteps)).toBeCloseTo(peak * finalFraction, 12);
        expect(rate(totalSteps + 100)).toBe(rate(totalSteps));
      }),
    );
  });

  it('is half way down in the middle', () => {
    fc.assert(
      fc.property(schedules, (options) => {
        const middle = (options.warmupSteps + options.totalSteps) / 2;
        expect(warmupCosine(options)(middle)).toBeCloseTo(
          (options.peak * (1 + options.finalFraction)) / 2,
          9,
        );
      }),
    );
  });

  it('is above 0 at the first step, with and without warm-up', () => {
    const rate = (warmupSteps: number) =>
      warmupCosine({ peak: 2, warmupSteps, totalSteps: 10, finalFraction: 0 })(1);
    expect(rate(0)).toBeCloseTo(1 + Math.cos(Math.PI / 10), 12);
    expect(rate(1)).toBe(2);
    expect(rate(4)).toBe(0.5);
  });

  it('never leaves its warm-up when that is longer than all', () => {
    const rate = warmupCosine({ peak: 1, warmupSteps: 100, totalSteps: 10, finalFraction: 0.1 });
    for (let step = 1; step <= 10; step++) expect(rate(step)).toBeCloseTo(step / 100, 12);
  });

  it('refuses what is negative or no number, by name', () => {
    const good = { peak: 1, warmupSteps: 1, totalSteps: 2, finalFraction: 0 };
    for (const name of Object.keys(good)) {
      for (const bad of [-1, Number.NaN, Infinity]) {
        expect(() => warmupCosine({ ...good, [name]: bad })).toThrow(`warmupCosine: ${name} is ${bad}`);
        expect(() => warmupCosine({ ...good, [name]: bad })).toThrow(InputError);
      }
    }
  });
});
