import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, random } from '../../../src/index.ts';
import { expandLzw } from '../../../src/tasks/characters/lzw.ts';
import { packLzw } from './packLzw.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What `compress` of ncompress 4.2.4 writes, after its header of three bytes. */
const compressed: readonly (readonly [string, string, string])[] = [
  ["Welch's kind of text", 'TOBEORNOTTOBEORTOBEORNOT', 'VJ4IKfJEipMnVAIOLKiQoEGE'],
  ['a string that is used before it is known', 'a'.repeat(300), 'YQIKHEiwoMGDCBMqXMiwocOHECNKnEixosWL'],
  [
    'codes of 9 and 10 bits',
    Array.from({ length: 180 }, (_, i) => i * i).join(' '),
    'MEDEAEEDRA6BNkDIqAFiRkIaB20UxDEwBoyAMWRUpFEwho2DMXIklLFQYY2ROA7OkFHQ4UAaFwnSeImjYA0ZB2vcSGijpI2dIG7gDFoTRM2BOWKKrAiDpUAYKQXGOCmQJMOMIgU6BMmx482KNmJ6pChwZ8eaIHM4VNiUoUaPCmXAOChjBoyCLGEMXBhTRti9N+4qxDFXYQ64dkvOiLF2JcSGDlvSIOsw5gyhA2fUbCnyIMysNKwSnEGVY1QaPQvS2PkyacAadwfWiFG0xsqcqxOeLKkTaI0cQ8MWTT1QYkwbJ4sLLWgDR9TAVIWWvDEj642TB2/c4BgU+ECKMXHIIFtTolGJB52vTVrSe8Icnw2GLZiDMNOLGJvqfQqzI4ywIEEFVwwWlURgXQkRyBFIHplHoHMVaSRWXRpVVQN3Ge0EEk5ZMSYaYzRQxVhzIFXnVAwz2bARTBihNpNAkxU1FVYC2QbUVD1dVQMON6o4lEeadWSDRGC5VpZHFW134k5RxXBDDiKKZyBaCfL4kUBJYahWhSGFhVF9ZMnlEV53PSYXdSMV6BZjcGkEoEIhCUaSmHHBFhBJ9im0mJwzxFfXDW3CVBJLM6zFEnoKQWTeQuPtdVJfv1XoF0t4IXelXymNJJ1b11Elww3O0SUlXjgkN5iROLG0F5RFcThUYkDZlWNDc8XqoUpjtSTXTA==',
  ],
];

describe('expandLzw', () => {
  test.each(compressed)('expands what compress packed: %s', (_, text, packed) => {
    expect(textOf(expandLzw(Buffer.from(packed, 'base64'), text.length, 'f'))).toBe(text);
    expect(Buffer.from(packLzw(bytesOf(text))).toString('base64')).toBe(packed);
  });

  test('expands any bytes packed, the table emptied anywhere', () => {
    const letters = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 6 });
    const request = fc.record({
      letters,
      size: fc.integer({ min: 0, max: 3000 }),
      seed: fc.integer(),
      clears: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(request, ({ letters, size, seed, clears }) => {
        const { integer } = random(seed);
        const bytes = Uint8Array.from({ length: size }, () => letters[integer(letters.length)]!);
        expect(expandLzw(packLzw(bytes, clears), size, 'f')).toEqual(bytes);
      }),
    );
  });

  test('expands codes of every width, and goes on with a full table', () => {
    const { integer } = random(1);
    const bytes = Uint8Array.from({ length: 150_000 }, () => integer(256));
    expect(Buffer.compare(expandLzw(packLzw(bytes), bytes.length, 'f'), bytes)).toBe(0);
  });

  test('refuses a code that means nothing yet, and more bytes than expected', () => {
    const packed = packLzw(bytesOf('abababab'));
    expect(() => expandLzw(packed, 7, 'window 3')).toThrow(
      /window 3 expands to more than the 7 bytes expected/,
    );
    // The codes 97 and 300 of 9 bits.
    const [low, high] = [97 + ((300 << 9) & 0xffff), 300 >> 7];
    const odd = Uint8Array.of(low & 255, low >> 8, high);
    expect(() => expandLzw(odd, 9, 'f')).toThrow(
      'f: the code 300 stands where 257 strings are known; it is damaged.',
    );
    // The code 257 before any string is known.
    expect(() => expandLzw(Uint8Array.of(1, 1), 9, 'f')).toThrow(InputError);
  });

  test('answers any bytes with bytes or an InputError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          expect(expandLzw(noise, 500, 'f').length).toBeLessThanOrEqual(500);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
