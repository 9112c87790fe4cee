import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../src/index.ts';
import { resampleSeeded } from '../../../src/tasks/experiments/seedBootstrap.ts';
import { bootstrapInterval } from '../../../src/tasks/speech/score/bootstrap.ts';

const uniform = (name: string) => random('test', name).next;

test('two utterances, two seeds: the distribution is that of all sixteen draws', () => {
  // Errors of ten words: seed 1 makes 0 and 4, seed 2 makes 2 and 6.
  const model = {
    name: 'a',
    scores: [
      [0, 4],
      [2, 6],
    ],
  };
  const rates = new Map<number, number>();
  for (const u of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    for (const s of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const of = (seed: number) => (model.scores[seed]![u[0]!]! + model.scores[seed]![u[1]!]!) / 20;
      const value = (of(s[0]!) + of(s[1]!)) / 2;
      rates.set(value, (rates.get(value) ?? 0) + 1 / 16);
    }
  }
  // Half of them are 0.2 to 0.4; the ends 0 and 0.6 have one in sixteen each, so they are the ends of the interval.
  expect(rates.get(0)).toBe(1 / 16);
  expect(rates.get(0.6)).toBe(1 / 16);
  const found = resampleSeeded([model], [10, 10], { random: uniform('enumerate'), resamples: 4000 }).rate(
    'a',
  );
  expect(found.rate).toBeCloseTo(0.3, 12);
  expect(found.interval).toEqual([0, 0.6]);
});

test('of one seed it is the bootstrap over utterances', () => {
  const errors = Array.from({ length: 200 }, (_, i) => (i * 7) % 4);
  const totals = errors.map((_, i) => 4 + (i % 5));
  const { rate, interval } = resampleSeeded([{ name: 'a', scores: [errors] }], totals, {
    random: uniform('one'),
  }).rate('a');
  const plain = bootstrapInterval(
    errors.map((wrong, i) => ({ errors: wrong, total: totals[i]! })),
    { random: uniform('two') },
  );
  expect(rate).toBeCloseTo(plain.rate, 12);
  expect(interval[0]).toBeCloseTo(plain.low, 1);
  expect(interval[1]).toBeCloseTo(plain.high, 1);
});

test('a constant difference is found exactly, whatever is drawn, where seeds agree', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.nat(3),
      (errors, more) => {
        const same = errors.map(() => errors[0]!);
        const worse = same.map((ofSeed) => ofSeed.map((wrong) => wrong + more));
        const totals = errors[0]!.map(() => 10);
        const rates = resampleSeeded(
          [
            { name: 'a', scores: worse },
            { name: 'b', scores: same },
          ],
          totals,
          { random: uniform('constant'), resamples: 50 },
        );
        const { difference, interval, probabilityOfImprovement } = rates.difference('a', 'b');
        for (const value of [difference, ...interval]) expect(value).toBeCloseTo(more / 10, 12);
        expect(rates.difference('b', 'a').probabilityOfImprovement).toBe(
          more === 0 ? probabilityOfImprovement : 1,
        );
      },
    ),
  );
});

test('seeds that disagree widen the interval', () => {
  const even = Array.from({ length: 300 }, (_, i) => i % 3);
  const worse = even.map((wrong) => wrong + 2);
  const width = (errors: number[][]) => {
    const { interval } = resampleSeeded(
      [{ name: 'a', scores: errors }],
      even.map(() => 10),
      { random: uniform('wide') },
    ).rate('a');
    return interval[1] - interval[0];
  };
  expect(width([even, worse])).toBeGreaterThan(5 * width([even, even]));
});

test('refuses models that did not hear the same', () => {
  const options = { random: uniform('x') };
  expect(() => resampleSeeded([{ name: 'a', scores: [[1]] }], [3, 3], options)).toThrow(
    /model a has scores of 1 seeds on 1 items/,
  );
  expect(() => resampleSeeded([{ name: 'a', scores: [] }], [3, 3], options)).toThrow(
    /expected at least one seed, on 2/,
  );
});

test('where more is better, so is a model that has more', () => {
  const [few, many] = [
    [0, 0, 1, 0],
    [1, 1, 1, 0],
  ];
  const models = [
    { name: 'a', scores: [many!] },
    { name: 'b', scores: [few!] },
  ];
  const ofBetter = (better: 'lower' | 'higher') =>
    resampleSeeded(models, [1, 1, 1, 1], { random: uniform('better'), better }).difference('a', 'b');
  expect(ofBetter('higher')).toMatchObject({ difference: 0.5 });
  // One draw in 16 has no item of the two in which they differ.
  expect(ofBetter('higher').probabilityOfImprovement).toBeCloseTo(15 / 16, 1);
  expect(ofBetter('lower').probabilityOfImprovement).toBe(0);
});
