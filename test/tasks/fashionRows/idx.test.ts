import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/index.ts';
import { parseIdx } from '../../../src/tasks/fashionRows/idx.ts';
import { idx } from './idxBytes.ts';

describe('parseIdx', () => {
  test('reads bytes as the format lays them out', () => {
    const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);
    expect(parseIdx(file, 2, 'f')).toEqual({ shape: [2, 3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });

  test('reads what was written, of any shape, wherever it stands in a buffer', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.integer(), fc.integer({ min: 0, max: 9 }), (shape, seed, before) => {
        const bytes = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i * seed);
        const within = Uint8Array.from([...new Uint8Array(before).fill(7), ...idx(shape, bytes)]);
        expect(parseIdx(within.subarray(before), shape.length, 'f')).toEqual({ shape, bytes });
      }),
    );
  });

  test.each([
    ['nothing', new Uint8Array(), /^f begins with the bytes , expected 0 0 8 1/],
    ['another number of dimensions', idx([2, 1], [1, 2]), /0 0 8 2, expected 0 0 8 1/],
    ['another type', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), /0 0 13 1, expected/],
    ['another format', new TextEncoder().encode('P5 28 28 255'), /expected 0 0 8 1/],
    [
      'a header cut short',
      idx([2], [1, 2]).subarray(0, 7),
      /has 7 bytes, expected a header of 8: it is truncated/,
    ],
    ['a byte too few', idx([2], [1]), /holds 1 bytes after its header, expected 2 = 2/],
    ['a byte too many', idx([2], [1, 2, 3]), /holds 3 bytes after its header/],
  ])('refuses %s', (_, file, message) => {
    expect(() => parseIdx(file, 1, 'f')).toThrow(InputError);
    expect(() => parseIdx(file, 1, 'f')).toThrow(message);
  });

  test('answers any bytes with an array or an InputError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (noise, begins) => {
        const file = begins ? Uint8Array.from([0, 0, 8, 3, ...noise]) : noise;
        try {
          const { shape, bytes } = parseIdx(file, 3, 'f');
          expect(bytes.length).toBe(shape.reduce((a, b) => a * b, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
