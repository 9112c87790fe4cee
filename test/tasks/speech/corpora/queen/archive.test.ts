import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../../src/errors.ts';
import { readArchive } from '../../../../../src/tasks/speech/corpora/queen/archive.ts';
import { checkDamaged } from './damage.ts';
import { archive } from './gameFiles.ts';

const small = archive({ 'A.DOG': Uint8Array.of(1, 2, 3), 'B.CUT': Uint8Array.of(4) });

function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = small.slice();
  copy.set(bytes, at);
  return copy;
}

describe('readArchive', () => {
  test('gives back every file', () => {
    const name = fc.stringMatching(/^[A-Z0-9_]{1,8}\.[A-Z]{2,3}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.uint8Array({ maxLength: 9 }), { noNullPrototype: true }),
        (files) => {
          const read = readArchive(archive(files), 'x.1c');
          expect(new Map([...read].map(([file, bytes]) => [file, [...bytes]]))).toEqual(
            new Map(Object.entries(files).map(([file, bytes]) => [file, [...bytes]])),
          );
        },
      ),
    );
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'too short',
      small.subarray(0, 14),
      /^x\.1c: at byte 0 the archive ends after 14 bytes, expected at least 15/,
    ],
    ['another format', changed(0, 0x52), /at byte 0 stands "RTBL", expected "QTBL"/],
    ['another edition', changed(4, 0x50), /at byte 4 stands "PEM10", expected "CEM10", the English edition/],
    ['another compression', changed(12, 2), /at byte 12 the compression is 2, expected 1, MP3/],
    [
      'a cut table',
      small.subarray(0, 50),
      /at byte 13 stand 2 files, whose table would end at byte 57 of 50/,
    ],
    ['a bad name', changed(15, 0x2f), /at byte 15 stands the file name "\/\.DOG"/],
    ['no name', changed(15, 0, 0, 0, 0, 0), /at byte 15 stands the file name ""/],
    ['a name twice', changed(36, 0x41, 0x2e, 0x44, 0x4f, 0x47), /at byte 36 A\.DOG is listed a second time/],
    ['another archive', changed(27, 2), /at byte 27 A\.DOG is in archive 2, expected 1/],
    [
      'a start in the table',
      changed(31, 56),
      /at byte 28 A\.DOG has bytes 56 to 59, expected .* from 57 to 61/,
    ],
    [
      'a file beyond the end',
      changed(35, 5),
      /at byte 28 A\.DOG has bytes 57 to 62, expected .* from 57 to 61/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readArchive(bytes, 'x.1c')).toThrow(InputError);
    expect(() => readArchive(bytes, 'x.1c')).toThrow(message);
  });

  test('takes no damage but with an error of its own', () => {
    checkDamaged(small, (bytes) => readArchive(bytes, 'x.1c'));
  });
});
