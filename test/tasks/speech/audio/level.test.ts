import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseLevel, padSilence, trimSilence } from '../../../../src/tasks/speech/audio/level.ts';

const loud = fc.float32Array({ min: Math.fround(0.1), max: 1, noNaN: true, minLength: 1, maxLength: 2000 });

describe('normaliseLevel', () => {
  test('gives one level, whatever it was', () => {
    fc.assert(
      fc.property(loud, fc.double({ min: 0.001, max: 1, noNaN: true }), (samples, gain) => {
        const output = normaliseLevel(samples.map((x) => x * gain));
        const power = output.reduce((sum, x) => sum + x * x, 0) / output.length;
        expect(Math.sqrt(power)).toBeCloseTo(0.05, 5);
      }),
    );
  });

  test('leaves silence silent', () => {
    expect(normaliseLevel(new Float32Array(100))).toEqual(new Float32Array(100));
    expect(normaliseLevel(new Float32Array(0))).toHaveLength(0);
  });
});

describe('trimSilence and padSilence', () => {
  test('make all paddings alike', () => {
    fc.assert(
      fc.property(loud, fc.nat(3000), fc.nat(3000), (speech, before, after) => {
        const sampleRate = 8000;
        const recording = new Float32Array(before + speech.length + after);
        recording.set(speech, before);
        const trimmed = trimSilence(recording, sampleRate);
        const windows = 80;
        expect(trimmed.length).toBeLessThan(speech.length + 2 * windows);
        expect(trimmed.filter((x) => x !== 0)).toEqual(speech.filter((x) => x !== 0));
        const padded = padSilence(trimmed, sampleRate);
        expect(padded).toHaveLength(trimmed.length + 1600);
        expect(padded.slice(0, 800).every((x) => x === 0)).toBe(true);
        expect(padded.slice(-800).every((x) => x === 0)).toBe(true);
        expect(padded.slice(800, -800)).toEqual(trimmed);
      }),
    );
  });

  test('count as silence what is 45 dB below the loudest, not what is 40 dB below', () => {
    const recording = (quiet: number): Float32Array => {
      const samples = new Float32Array(800).fill(quiet);
      return samples.fill(1, 400, 480);
    };
    expect(trimSilence(recording(10 ** (-50 / 20)), 8000)).toHaveLength(80);
    expect(trimSilence(recording(10 ** (-40 / 20)), 8000)).toHaveLength(800);
  });

  test('leave nothing of zeros', () => {
    expect(trimSilence(new Float32Array(1000), 8000)).toHaveLength(0);
    expect(padSilence(new Float32Array(0), 8000)).toEqual(new Float32Array(1600));
  });
});
