import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/index.ts';

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);
const keys = fc.array(fc.oneof(fc.integer(), fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 4 });

describe('random', () => {
  it('gives the bits that a second implementation gives', () => {
    // From test/fixtures/randomStreams.py.
    expect(draw(4, random(0).bits)).toEqual([3109656566, 907292306, 3937528296, 1114596516]);
    expect(draw(4, random(1, 'dropout', 7).bits)).toEqual([1585789166, 3405270417, 266708393, 672624142]);
    expect(draw(4, random('1').bits)).toEqual([184472706, 1938754208, 1601029096, 3303872763]);
  });

  it('makes its numbers of those bits', () => {
    fc.assert(
      fc.property(keys, (names) => {
        const bits = random(...names);
        // 27 and 26 bits, the high ones of two draws.
        const [high, low] = [bits.bits() >>> 5, bits.bits() >>> 6];
        expect(random(...names).next()).toBe((high * 2 ** 26 + low) / 2 ** 53);
      }),
    );
  });

  it('depends on its keys alone', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const first = draw(5, random(...a).bits);
        const other = draw(5, random(...b).bits);
        expect(draw(5, random(...a).bits)).toEqual(first);
        if (JSON.stringify(a) !== JSON.stringify(b)) expect(other).not.toEqual(first);
      }),
    );
  });

  it('tells numbers from texts, and the grouping of keys', () => {
    const all = [
      random(12),
      random('12'),
      random(1, 2),
      random('1', '2'),
      random('1', 2),
      random(2, 1),
      random(),
    ];
    expect(new Set(all.map((stream) => stream.bits())).size).toBe(all.length);
  });

  it('has streams of neighbouring keys that are not correlated', () => {
    const count = 2000;
    for (let key = 0; key < 20; key++) {
      const [a, b] = [random(key), random(key + 1)];
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (a.next() - 0.5) * (b.next() - 0.5) * 12;
      // A correlation of 0 is found within ±0.1 in all but one of 10⁵ cases.
      expect(Math.abs(sum / count)).toBeLessThan(0.1);
    }
  });

  it('is uniform in [0, 1) by the χ² test, over one stream and over the first numbers of many', () => {
    const streams = [
      random('uniform').next,
      (() => {
        let seed = 0;
        return () => random(seed++).next();
      })(),
    ];
    for (const next of streams) {
      const [bins, count] = [50, 50_000];
      const found = new Array<number>(bins).fill(0);
      for (const value of draw(count, next)) {
        expect(value >= 0 && value < 1).toBe(true);
        found[Math.floor(value * bins)]++;
      }
      const chiSquare = found.reduce((total, n) => total + (n - count / bins) ** 2 / (count / bins), 0);
      // 49 degrees of freedom: mean 49, deviation 9.9.
      expect(chiSquare).toBeGreaterThan(20);
      expect(chiSquare).toBeLessThan(95);
    }
  });

  it('draws integers below the bound, all of them alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (bound, seed) => {
        const stream = random(seed, 'integer');
        const found = new Array<number>(bound).fill(0);
        for (let i = 0; i < 200 * bound; i++) found[stream.integer(bound)]++;
        expect(found).toHaveLength(bound);
        // 200 expected, deviation about 14.
        for (const n of found) expect(Math.abs(n - 200)).toBeLessThan(90);
      }),
    );
  });

  it('draws standard normal numbers', () => {
    const count = 40_000;
    const values = draw(count, random('normal').normal);
    const moment = (power: number) => values.reduce((total, value) => total + value ** power, 0) / count;
    // Moments of the normal distribution: 0, 1, 0, 3, with deviations of √(1, 2, 15, 96) / 200.
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.035);
    expect(Math.abs(moment(3))).toBeLessThan(0.1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
    const within = values.filter((value) => Math.abs(value) < 1).length / count;
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.012);
    // The two numbers of a pair are independent.
    let product = 0;
    for (let i = 0; i < count; i += 2) product += values[i] * values[i + 1];
    expect(Math.abs(product / (count / 2))).toBeLessThan(0.035);
  });

  it('shuffles into a permutation, in place', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const shuffled = [...items];
        expect(random(seed).shuffle(shuffled)).toBe(shuffled);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it('gives every permutation of four alike', () => {
    const counts = new Map<string, number>();
    const stream = random('permutations');
    for (let i = 0; i < 24 * 200; i++) {
      const order = stream.shuffle(['a', 'b', 'c', 'd']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(75);
  });
});
