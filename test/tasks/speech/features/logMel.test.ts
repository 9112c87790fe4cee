import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { hertzToMel, logMel, melToHertz } from '../../../../src/tasks/speech/features/logMel.ts';

function noise(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

describe('mel scale', () => {
  test('has the published values: 1000 Hz is 1000 mel, by definition of the scale', () => {
    // 2595 log10(1 + f/700): 0 → 0, 700 → 781.17 (log10 2), 1000 → 1000 (to rounding of the constant), 8000 → 2840.02.
    expect(hertzToMel(0)).toBe(0);
    expect(hertzToMel(700)).toBeCloseTo(781.17, 2);
    expect(hertzToMel(1000)).toBeCloseTo(999.99, 2);
    expect(hertzToMel(8000)).toBeCloseTo(2840.02, 2);
  });

  test('has its inverse', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 200_000, noNaN: true }), (hertz) => {
        expect(melToHertz(hertzToMel(hertz))).toBeCloseTo(hertz, 6);
      }),
    );
  });
});

describe('logMel', () => {
  test('has a frame every 10 ms, all finite, the same for the same sound', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer(),
        (length, bands, seed) => {
          const samples = noise(length, seed);
          const made = logMel(samples, 16000, { bands });
          expect(made.frames).toBe(length < 400 ? 1 : 1 + Math.floor((length - 400) / 160));
          expect(made.features).toHaveLength(made.frames * bands);
          expect(made.features.every(Number.isFinite)).toBe(true);
          expect(logMel(samples, 16000, { bands })).toEqual(made);
        },
      ),
    );
  });

  test('is ln(floor) in silence, and zero when normalised', () => {
    const silence = new Float32Array(16000);
    const plain = logMel(silence, 16000, { normalise: false, floor: 1e-3 });
    expect(plain.features.every((x) => Math.abs(x - Math.log(1e-3)) < 1e-6)).toBe(true);
    expect(logMel(silence).features.every((x) => x === 0)).toBe(true);
  });

  test('has mean 0 in every band and deviation 1 over all, whatever the level', () => {
    for (const gain of [0.1, 1]) {
      // Loud and faint by turns, so that there is something to measure.
      const samples = noise(16000, 3).map((x, n) => x * gain * (1 + Math.sin(n / 900)) ** 2);
      const { frames, bands, features } = logMel(samples);
      for (let b = 0; b < bands; b++) {
        let sum = 0;
        for (let t = 0; t < frames; t++) sum += features[t * bands + b]!;
        expect(sum / frames).toBeCloseTo(0, 4);
      }
      expect(Math.sqrt(features.reduce((sum, x) => sum + x * x, 0) / features.length)).toBeCloseTo(1, 4);
    }
  });

  test('puts a tone into the band nearest on the mel scale', () => {
    fc.assert(
      fc.property(fc.double({ min: 100, max: 7000, noNaN: true }), (frequency) => {
        const bands = 20;
        const tone = Float32Array.from({ length: 400 }, (_, n) =>
          Math.sin((2 * Math.PI * frequency * n) / 16000),
        );
        const { features } = logMel(tone, 16000, { bands, normalise: false });
        const from = hertzToMel(60);
        const width = (hertzToMel(7600) - from) / (bands + 1);
        const position = (hertzToMel(frequency) - from) / width - 1;
        expect(Math.abs(features.indexOf(Math.max(...features)) - position)).toBeLessThanOrEqual(0.75);
      }),
    );
  });

  test('adds 2 ln(gain) to a sound well above the floor', () => {
    const samples = noise(4000, 5);
    const options = { normalise: false, floor: 1e-12 };
    const soft = logMel(samples, 16000, options).features;
    const loud = logMel(
      samples.map((x) => x * 4),
      16000,
      options,
    ).features;
    loud.forEach((x, i) => {
      expect(x - soft[i]!).toBeCloseTo(2 * Math.log(4), 4);
    });
  });

  test('refuses options out of range', () => {
    const samples = noise(1000, 1);
    for (const options of [
      { bands: 0 },
      { bands: 1.5 },
      { floor: 0 },
      { lowest: -1 },
      { highest: 9000 },
      { lowest: 500, highest: 400 },
    ]) {
      expect(() => logMel(samples, 16000, options)).toThrow(InputError);
    }
    expect(() => logMel(samples, Number.NaN)).toThrow(/sampleRate is NaN/);
  });
});
