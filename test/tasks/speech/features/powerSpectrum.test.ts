import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { powerSpectrum } from '../../../../src/tasks/speech/features/powerSpectrum.ts';

function directPower(frame: Float64Array): number[] {
  return Array.from({ length: frame.length / 2 + 1 }, (_, k) => {
    let re = 0;
    let im = 0;
    frame.forEach((x, n) => {
      re += x * Math.cos((2 * Math.PI * k * n) / frame.length);
      im -= x * Math.sin((2 * Math.PI * k * n) / frame.length);
    });
    return re * re + im * im;
  });
}

describe('powerSpectrum', () => {
  test('is that of the discrete Fourier transform by its definition', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4, 8, 16, 64, 256),
        fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
        (size, values) => {
          const frame = Float64Array.from(values.take(size));
          const power = new Float64Array(size / 2 + 1);
          powerSpectrum(size)(frame, power);
          directPower(frame).forEach((expected, k) => {
            expect(Math.abs(power[k]! - expected)).toBeLessThan(1e-10 * size * size);
          });
        },
      ),
    );
  });

  test('has one line for a sinusoid, of power (size/2)²', () => {
    const frame = Float64Array.from({ length: 512 }, (_, n) => Math.cos((2 * Math.PI * 37 * n) / 512 + 1));
    const power = new Float64Array(257);
    powerSpectrum(512)(frame, power);
    power.forEach((value, k) => {
      expect(value).toBeCloseTo(k === 37 ? 256 ** 2 : 0, 6);
    });
  });

  test('refuses sizes that are no power of two', () => {
    for (const size of [0, 2, 3, 12, 1.5, -8, Number.NaN]) {
      expect(() => powerSpectrum(size)).toThrow(/expected a power of two/);
    }
  });
});
