import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resample } from '../../../../src/tasks/speech/audio/resample.ts';

const rates = fc.constantFrom(8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000, 15999, 44101);

function sine(frequency: number, rate: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * frequency * n) / rate));
}

/** Root mean square of the middle half: the ends see the zeros around the sound. */
function level(samples: Float32Array): number {
  const middle = samples.slice(samples.length >> 2, (3 * samples.length) >> 2);
  return Math.sqrt(middle.reduce((sum, x) => sum + x * x, 0) / middle.length);
}

describe('resample', () => {
  test('reproduces a sinusoid below 84 % of both Nyquist frequencies, sample by sample', () => {
    fc.assert(
      fc.property(rates, rates, fc.double({ min: 0.01, max: 0.84, noNaN: true }), (from, to, part) => {
        const frequency = (part * Math.min(from, to)) / 2;
        const output = resample(sine(frequency, from, Math.ceil(from / 10)), from, to);
        expect(output).toHaveLength(Math.ceil((Math.ceil(from / 10) * to) / from));
        const expected = sine(frequency, to, output.length);
        for (let n = output.length >> 2; n < (3 * output.length) >> 2; n++) {
          expect(Math.abs(output[n]! - expected[n]!)).toBeLessThan(2e-3);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('suppresses by 60 dB what the lower rate cannot carry', () => {
    fc.assert(
      fc.property(rates, rates, fc.double({ min: 1.0, max: 1.9, noNaN: true }), (from, to, part) => {
        const frequency = (part * to) / 2;
        fc.pre(to < from && frequency < from / 2);
        const input = sine(frequency, from, Math.ceil(from / 10));
        expect(level(resample(input, from, to)) / level(input)).toBeLessThan(1e-3);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps images 50 dB down when the rate rises', () => {
    // 3 kHz at 8 kHz has its first image at 5 kHz: project the output on it.
    const output = resample(sine(3000, 8000, 4000), 8000, 16000).slice(2000, 6000);
    const at = (frequency: number): number => {
      const [c, s] = [0, Math.PI / 2].map((phase) =>
        output.reduce((sum, x, n) => sum + x * Math.cos((2 * Math.PI * frequency * n) / 16000 - phase), 0),
      );
      return (2 * Math.hypot(c!, s!)) / output.length;
    };
    expect(at(3000)).toBeCloseTo(1, 3);
    expect(20 * Math.log10(at(5000))).toBeLessThan(-60);
  });

  test('is the identity between equal rates, and a copy', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 100 }),
        rates,
        (samples, rate) => {
          const output = resample(samples, rate, rate);
          expect(output).toEqual(samples);
          expect(output).not.toBe(samples);
        },
      ),
    );
  });

  test('keeps a constant constant', () => {
    const output = resample(new Float32Array(3000).fill(0.5), 22050, 16000);
    for (const x of output.slice(500, 1500)) expect(x).toBeCloseTo(0.5, 6);
  });

  test('gives nothing for nothing, and refuses rates that are no whole numbers', () => {
    expect(resample(new Float32Array(0), 8000, 16000)).toHaveLength(0);
    for (const rate of [0, -8000, 8000.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => resample(new Float32Array(8), rate, 16000)).toThrow(/fromRate is/);
      expect(() => resample(new Float32Array(8), 16000, rate)).toThrow(/toRate is/);
    }
  });
});
