import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../../src/errors.ts';
import { withMp3Decoder } from '../../../../../src/tasks/speech/corpora/queen/mp3.ts';
import { mp3Tone } from './gameFiles.ts';

/** The frequency, of multiples of 11,025 / 1,152 Hz, that a sound has most of. */
function loudest(samples: Float32Array): number {
  const power = Array.from({ length: 576 }, (_, k) => {
    let re = 0;
    let im = 0;
    samples.forEach((x, n) => {
      re += x * Math.cos((Math.PI * k * n) / 576);
      im += x * Math.sin((Math.PI * k * n) / 576);
    });
    return re * re + im * im;
  });
  return (power.indexOf(Math.max(...power)) * 11025) / 1152;
}

describe('withMp3Decoder', () => {
  test.each([40, 100, 220])('hears the tone of line %i of the spectrum', async (line) => {
    const { samples, sampleRate } = await withMp3Decoder('It is read', (decode) =>
      decode(mp3Tone(12, line), 'x'),
    );
    expect(sampleRate).toBe(11025);
    expect(samples).toHaveLength(12 * 576);
    expect(Math.abs(loudest(samples.subarray(2 * 576)) - ((line + 0.5) * 11025) / 1152)).toBeLessThan(
      11025 / 1152,
    );
  });

  test('a recording sounds the same whatever was read before', async () => {
    await withMp3Decoder('It is read', async (decode) => {
      const first = await decode(mp3Tone(3, 40), 'x');
      await decode(mp3Tone(5, 220), 'y');
      expect(await decode(mp3Tone(3, 40), 'x')).toEqual(first);
    });
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(500)],
    ['text', new TextEncoder().encode('no sound '.repeat(50))],
  ])('refuses %s', async (_, bytes) => {
    const run = withMp3Decoder('It is read', (decode) => decode(bytes, 'A.SB'));
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(/^A\.SB (is not an MP3|could not be read as MP3)/);
  });
});
