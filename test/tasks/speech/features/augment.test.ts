import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { augment } from '../../../../src/tasks/speech/features/augment.ts';
import { random } from '../../../../src/tensor/random.ts';

const [FRAMES, BANDS] = [50, 40];
const ones = (): Float32Array => new Float32Array(FRAMES * BANDS).fill(1);
const none = { noise: 0, frequencyMasks: 0, timeMasks: 0 };

describe('augment', () => {
  test('depends on the generator alone and leaves its input as it was', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const input = ones();
        const a = augment(input, FRAMES, BANDS, random(seed).next);
        expect(input).toEqual(ones());
        expect(augment(input, FRAMES, BANDS, random(seed).next)).toEqual(a);
        expect(augment(input, FRAMES, BANDS, random(seed, 'other').next)).not.toEqual(a);
        expect(augment(input, FRAMES, BANDS, random(seed).next, none)).toEqual(input);
      }),
    );
  });

  test('adds noise of mean 0 and the deviation asked for, normally distributed', () => {
    const varied = augment(new Float32Array(100_000), 2500, 40, random(1).next, { ...none, noise: 0.5 });
    const moment = (power: number): number =>
      varied.reduce((sum, x) => sum + (x / 0.5) ** power, 0) / varied.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(4)).toBeGreaterThan(2.9);
    expect(moment(4)).toBeLessThan(3.1);
  });

  test('masks whole bands, neighbours, at most so many', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(60), (seed, frequencyWidth) => {
        const varied = augment(ones(), FRAMES, BANDS, random(seed).next, {
          ...none,
          frequencyMasks: 1,
          frequencyWidth,
        });
        const first = varied.slice(0, BANDS);
        for (let t = 1; t < FRAMES; t++) expect(varied.slice(t * BANDS, (t + 1) * BANDS)).toEqual(first);
        expect([...first].join('')).toMatch(/^1*0*1*$/);
        expect(first.filter((x) => x === 0).length).toBeLessThanOrEqual(frequencyWidth);
      }),
    );
  });

  test('masks whole frames, neighbours, at most so many', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(60), (seed, timeWidth) => {
        const varied = augment(ones(), FRAMES, BANDS, random(seed).next, {
          ...none,
          timeMasks: 1,
          timeWidth,
        });
        const rows = Array.from(
          { length: FRAMES },
          (_, t) => new Set(varied.slice(t * BANDS, (t + 1) * BANDS)),
        );
        expect(rows.every((row) => row.size === 1)).toBe(true);
        const text = rows.map((row) => [...row][0]).join('');
        expect(text).toMatch(/^1*0*1*$/);
        expect([...text].filter((x) => x === '0').length).toBeLessThanOrEqual(timeWidth);
      }),
    );
  });

  test('masks every band and every frame sooner or later', () => {
    const hit = new Float32Array(FRAMES * BANDS);
    for (let seed = 0; seed < 300; seed++) {
      augment(ones(), FRAMES, BANDS, random(seed).next, { noise: 0 }).forEach((x, i) => {
        if (x === 0) hit[i] = 1;
      });
    }
    expect(hit.every((x) => x === 1)).toBe(true);
  });

  test('refuses options below zero and features of another shape', () => {
    for (const options of [
      { noise: -1 },
      { timeMasks: Number.NaN },
      { frequencyWidth: Number.POSITIVE_INFINITY },
    ]) {
      expect(() => augment(ones(), FRAMES, BANDS, random(1).next, options)).toThrow(/augment: \w+ is/);
    }
    expect(() => augment(new Float32Array(7), 2, 4, random(1).next)).toThrow(/7 elements/);
  });
});
