import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { decodeWav, encodeWav } from '../../../../src/tasks/speech/audio/wav.ts';
import { chunk, join, type Layout, riff, wav } from './wavBytes.ts';

const layouts: readonly (Layout & { step: number })[] = [
  { encoding: 1, bits: 8, step: 2 ** -7 },
  { encoding: 1, bits: 16, step: 2 ** -15 },
  { encoding: 1, bits: 24, step: 2 ** -23 },
  { encoding: 1, bits: 32, step: 2 ** -24 },
  { encoding: 3, bits: 32, step: 2 ** -24 },
  { encoding: 3, bits: 64, step: 2 ** -24 },
];

const anyLayout = fc.constantFrom(...layouts);
const anySamples = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });

function failure(bytes: Uint8Array): string {
  try {
    decodeWav(bytes, 'clip.wav');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('decodeWav accepted the file.');
}

describe('decodeWav', () => {
  it('reads every format, the mean of its channels, to the format’s precision', () => {
    fc.assert(
      fc.property(
        anyLayout,
        anySamples,
        fc.integer({ min: 1000, max: 400_000 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (layout, values, sampleRate, channels, extensible) => {
          const frames = values.slice(0, Math.max(1, values.length - (values.length % channels)));
          const interleaved =
            frames.length < channels ? new Array<number>(channels).fill(frames[0]!) : frames;
          const audio = decodeWav(
            wav(interleaved, { ...layout, sampleRate, channels, extensible }),
            'clip.wav',
          );
          expect(audio.sampleRate).toBe(sampleRate);
          expect(audio.samples).toHaveLength(interleaved.length / channels);
          audio.samples.forEach((sample, n) => {
            const mean =
              interleaved.slice(n * channels, (n + 1) * channels).reduce((a, b) => a + b, 0) / channels;
            expect(Math.abs(sample - mean)).toBeLessThanOrEqual(layout.step + 1e-7);
          });
        },
      ),
    );
  });

  it('gives a recording or an InputError, whatever was cut off or overwritten', () => {
    fc.assert(
      fc.property(
        anyLayout,
        anySamples,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        (layout, values, cut, overwritten) => {
          const whole = wav(values, layout);
          const bytes = whole.slice(0, cut % 3 === 0 ? cut % (whole.length + 1) : whole.length);
          for (const [at, value] of overwritten)
            if (bytes.length > 0) bytes[at % Math.min(60, bytes.length)] = value;
          try {
            const { samples, sampleRate } = decodeWav(bytes, 'clip.wav');
            expect(samples.length).toBeGreaterThan(0);
            expect(samples.every((x) => Math.abs(x) <= 1)).toBe(true);
            expect(sampleRate).toBeGreaterThanOrEqual(1000);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as Error).message).toMatch(/^clip\.wav, byte \d+: .*\(WAV rule: [a-z]+\)$/);
          }
        },
      ),
      {
        numRuns: 2000,
      },
    );
  });

  it('gives an InputError for bytes that are no WAV', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(failure(bytes)).toMatch(/^clip\.wav, byte \d+: .*\(WAV rule: [a-z]+\)$/);
      }),
    );
  });

  it('reads hand-made 16-bit stereo past chunks of odd length', () => {
    const format = chunk('fmt ', [1, 0, 2, 0, 0x40, 0x1f, 0, 0, 0, 0x7d, 0, 0, 4, 0, 16, 0]);
    const odd = chunk('LIST', [1, 2, 3]);
    const data = chunk('data', [0x00, 0x40, 0x00, 0x20, 0x00, 0x80, 0x00, 0x80]);
    const audio = decodeWav(riff(join([odd, format, odd, data, odd])), 'clip.wav');
    expect(audio.sampleRate).toBe(8000);
    expect([...audio.samples]).toEqual([(0.5 + 0.25) / 2, -1]);
  });

  it('reads to the end where the length of the data is that of a pipe', () => {
    const values = Array.from({ length: 9 }, (_, i) => i / 16);
    const layout = { encoding: 1, bits: 16, sampleRate: 8000, channels: 2, extensible: false };
    const whole = wav(values.slice(0, 8), layout);
    const expected = decodeWav(whole, 'clip.wav');
    for (const length of [2 ** 32 - 1, 2 ** 31 - 2 ** 12, 2 ** 31]) {
      const piped = Uint8Array.of(...whole, 1, 2, 3);
      new DataView(piped.buffer).setUint32(40, length, true);
      // What is left of a frame when the writer ended is none.
      expect(decodeWav(piped, 'clip.wav')).toEqual(expected);
    }
  });

  it('reads to the end where the length of the data was never set', () => {
    const values = [0.5, -0.25, 0, 0, 0, 0, 0, 0];
    const whole = wav(values, { encoding: 1, bits: 16, sampleRate: 8000, channels: 1, extensible: false });
    const unfinished = whole.slice();
    new DataView(unfinished.buffer).setUint32(40, 0, true);
    expect(decodeWav(unfinished, 'clip.wav')).toEqual(decodeWav(whole, 'clip.wav'));
    // Silence is no chunk, and a chunk is no sound.
    const silent = unfinished.slice();
    silent.fill(0, 44);
    expect([...decodeWav(silent, 'clip.wav').samples]).toEqual(new Array(8).fill(0));
    const empty = unfinished.slice(0, 44);
    for (const rest of [
      [],
      [...chunk('LIST', [1, 2, 3])],
      [...chunk('LIST', [1, 2]), ...chunk('id3 ', [])],
    ]) {
      expect(failure(Uint8Array.of(...empty, ...rest))).toContain('the data chunk is empty');
    }
  });

  it.each([
    ['FLAC', [...'fLaC'].map((letter) => letter.charCodeAt(0))],
    ['Ogg', [...'OggS'].map((letter) => letter.charCodeAt(0))],
    ['AIFF', [...'FORM'].map((letter) => letter.charCodeAt(0))],
    ['MP3', [...'ID3'].map((letter) => letter.charCodeAt(0))],
    ['MP3', [0xff, 0xfb]],
  ])('names a file of %s', (name, begins) => {
    expect(failure(Uint8Array.of(...begins, ...new Array(20).fill(1)))).toMatch(
      new RegExp(`^clip\\.wav, byte 0: .*expected "RIFF": a file of ${name}, not a WAV file`),
    );
  });

  // ITU-T G.711, tables 1a to 2b, times 2 for A-law's 13 bits and 4 for μ-law's 14.
  it.each([
    [6, 0xd5, 8],
    [6, 0x55, -8],
    [6, 0xaa, 32256],
    [6, 0x2a, -32256],
    [6, 0xc5, 264],
    [6, 0xf5, 528],
    [7, 0xff, 0],
    [7, 0x7f, 0],
    [7, 0xfe, 8],
    [7, 0x80, 32124],
    [7, 0x00, -32124],
    [7, 0xef, 132],
  ])('encoding %i: the code %i is %i of 32768', (encoding, code, expected) => {
    const format = chunk('fmt ', [encoding, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0, 0, 0]);
    const audio = decodeWav(riff(join([format, chunk('data', [code])])), 'clip.wav');
    expect([...audio.samples]).toEqual([expected / 32768]);
  });

  it('names the file, the byte and the rule for everything malformed', () => {
    const good = wav([0.5, -0.5], { encoding: 1, bits: 16 });
    const change = (at: number, ...bytes: number[]): Uint8Array => {
      const changed = good.slice();
      changed.set(bytes, at);
      return changed;
    };
    expect(failure(new Uint8Array(0))).toContain('ends after 0 bytes');
    expect(failure(good.slice(0, good.length - 1))).toMatch(
      /byte 36: chunk "data" says it has 4 bytes, .* after 3: truncated/,
    );
    expect(failure(good.slice(0, 40))).toContain('within a chunk header');
    expect(failure(good.slice(0, 36))).toContain('without a data chunk');
    expect(failure(change(0, 0x4f))).toContain('"OIFF", expected "RIFF"');
    expect(failure(change(8, 0x41))).toContain('expected "WAVE"');
    expect(failure(change(40, 255, 255, 255, 0x7e))).toContain('2130706431 bytes');
    expect(failure(change(16, 15))).toContain('at least 16');
    expect(failure(change(20, 7))).toContain('encoding is 7 with 16 bits');
    expect(failure(change(20, 2))).toContain('encoding is 2 with 16 bits');
    expect(failure(change(34, 12))).toContain('encoding is 1 with 12 bits');
    expect(failure(change(22, 0))).toContain('0 channels');
    expect(failure(change(24, 1, 0, 0, 0))).toContain('sampling rate is 1, expected 1000 to 400000');
    expect(failure(change(24, 255, 255, 255, 255))).toContain('sampling rate is 4294967295');
    expect(failure(change(32, 3))).toContain('block size is 3');
    expect(failure(change(40, 3))).toContain('multiple of the block');
    expect(failure(wav([], { encoding: 1, bits: 16 }))).toContain('data chunk is empty');
    expect(failure(wav([0, Number.NaN], { encoding: 3, bits: 32 }))).toContain('a sample is NaN');
    expect(failure(wav([Number.POSITIVE_INFINITY], { encoding: 3, bits: 64 }))).toContain(
      'a sample is Infinity',
    );
    const dataFirst = riff(join([chunk('data', [0, 0]), chunk('fmt ', new Array(16).fill(0))]));
    expect(failure(dataFirst)).toContain('before any "fmt " chunk');
  });
});

describe('encodeWav', () => {
  it('is read back to half a step of 16 bits', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: 1 }),
        fc.integer({ min: 1000, max: 400_000 }),
        (samples, sampleRate) => {
          const audio = decodeWav(encodeWav({ samples, sampleRate }), 'clip.wav');
          expect(audio.sampleRate).toBe(sampleRate);
          audio.samples.forEach((x, n) => {
            expect(Math.abs(x - Math.min(samples[n]!, 32767 / 32768))).toBeLessThanOrEqual(2 ** -16);
          });
        },
      ),
    );
  });

  it('refuses what is not a number', () => {
    expect(() => encodeWav({ samples: Float32Array.of(0, Number.NaN), sampleRate: 8000 })).toThrow(
      /sample 1 is NaN/,
    );
  });
});
