import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { bootstrapInterval, pairedBootstrap } from '../../../../src/tasks/speech/score/bootstrap.ts';

/** Park and Miller's minimal standard generator. */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

const seeds = fc.nat(1_000_000);
const utterances = fc.array(
  fc
    .integer({ min: 1, max: 9 })
    .chain((total) =>
      fc.record({ errors: fc.integer({ min: 0, max: total + 2 }), total: fc.constant(total) }),
    ),
  { minLength: 1, maxLength: 30 },
);

describe('bootstrapInterval', () => {
  test('the same seed gives the same interval, within the rates of single utterances', () => {
    fc.assert(
      fc.property(utterances, seeds, (list, seed) => {
        const run = () => bootstrapInterval(list, { random: generator(seed), resamples: 50 });
        const { low, high, rate } = run();
        expect(run()).toEqual({ low, high, rate });
        const rates = list.map(({ errors, total }) => errors / total);
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...rates) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...rates) + 1e-12);
      }),
    );
  });

  test('a narrower level lies inside a wider one', () => {
    fc.assert(
      fc.property(utterances, seeds, (list, seed) => {
        const wide = bootstrapInterval(list, { random: generator(seed), resamples: 60, level: 0.95 });
        const narrow = bootstrapInterval(list, { random: generator(seed), resamples: 60, level: 0.5 });
        expect(narrow.low).toBeGreaterThanOrEqual(wide.low);
        expect(narrow.high).toBeLessThanOrEqual(wide.high);
      }),
    );
  });

  test('covers a known rate about as often as it says', () => {
    // 120 test sets of 80 utterances, one word each, wrong with probability 0.3: the true rate is 0.3.
    // Coverage of a 90 % interval is then binomial; below 84 % or above 97 % is beyond 2 deviations.
    const random = generator(7);
    let covered = 0;
    for (let set = 0; set < 120; set++) {
      const list = Array.from({ length: 80 }, () => ({ errors: random() < 0.3 ? 1 : 0, total: 1 }));
      const { low, high } = bootstrapInterval(list, { random, resamples: 300, level: 0.9 });
      if (low <= 0.3 && 0.3 <= high) covered++;
    }
    expect(covered / 120).toBeGreaterThan(0.84);
    expect(covered / 120).toBeLessThan(0.97);
  });

  test('its width is the normal one where that applies', () => {
    // Bernoulli(1/4) over 400 words: standard error √(0.25 · 0.75 / 400), times 1.96.
    const list = Array.from({ length: 400 }, (_, i) => ({ errors: i % 4 === 0 ? 1 : 0, total: 1 }));
    const { low, high, rate } = bootstrapInterval(list, { random: generator(3), resamples: 4000 });
    const halfWidth = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    expect(rate).toBe(0.25);
    expect(Math.abs(low - (0.25 - halfWidth))).toBeLessThan(0.005);
    expect(Math.abs(high - (0.25 + halfWidth))).toBeLessThan(0.005);
  });

  test('utterances are drawn whole: equal ones leave no doubt', () => {
    const list = Array.from({ length: 5 }, () => ({ errors: 1, total: 4 }));
    expect(bootstrapInterval(list, { random: generator(1) })).toEqual({ rate: 0.25, low: 0.25, high: 0.25 });
  });
});

describe('pairedBootstrap', () => {
  test('a recogniser does not differ from itself', () => {
    fc.assert(
      fc.property(utterances, seeds, (list, seed) => {
        expect(pairedBootstrap(list, [...list], { random: generator(seed), resamples: 40 })).toEqual({
          difference: 0,
          low: 0,
          high: 0,
          probabilityOfImprovement: 0,
        });
      }),
    );
  });

  test('a constant advantage is certain however much the utterances vary', () => {
    const a = Array.from({ length: 20 }, (_, i) => ({ errors: i % 5, total: 5 }));
    const b = a.map(({ errors, total }) => ({ errors: errors + 1, total }));
    const result = pairedBootstrap(a, b, { random: generator(5) });
    expect(result.probabilityOfImprovement).toBe(1);
    for (const value of [result.difference, result.low, result.high]) expect(value).toBeCloseTo(-0.2, 12);
  });

  test('an even match is undecided', () => {
    const a = Array.from({ length: 200 }, (_, i) => ({ errors: i % 2, total: 1 }));
    const b = a.map(({ errors, total }) => ({ errors: 1 - errors, total }));
    const { difference, low, high, probabilityOfImprovement } = pairedBootstrap(a, b, {
      random: generator(9),
    });
    expect(difference).toBe(0);
    expect(low).toBeLessThan(-0.05);
    expect(high).toBeGreaterThan(0.05);
    expect(Math.abs(probabilityOfImprovement - 0.5)).toBeLessThan(0.1);
  });
});

describe('refuses', () => {
  const one = [{ errors: 0, total: 1 }];
  const random = generator(1);
  test.each([
    ['no utterances', () => bootstrapInterval([], { random })],
    ['an utterance without units', () => bootstrapInterval([{ errors: 0, total: 0 }], { random })],
    ['negative errors', () => bootstrapInterval([{ errors: -1, total: 3 }], { random })],
    ['no resamples', () => bootstrapInterval(one, { random, resamples: 0 })],
    ['a level of 1', () => bootstrapInterval(one, { random, level: 1 })],
    ['a level that is NaN', () => bootstrapInterval(one, { random, level: Number.NaN })],
    ['lists of different lengths', () => pairedBootstrap(one, [...one, ...one], { random })],
    ['other references', () => pairedBootstrap(one, [{ errors: 0, total: 2 }], { random })],
  ])('%s', (_, run) => {
    expect(run).toThrow(InputError);
  });
});
