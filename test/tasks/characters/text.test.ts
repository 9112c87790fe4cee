import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../../src/index.ts';
import { readBibleData } from '../../../src/tasks/characters/bibleData.ts';
import { loadCharacters, piecesOf } from '../../../src/tasks/characters/text.ts';
import { setOf } from '../../../src/tasks/speech/corpora/split.ts';
import { fakeDebian } from '../fakeDebian.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';
import { bibleData } from './bibleBytes.ts';

const TITLE = 'Holy Bible, Authorized (King James) Version.\n';
const TEXT = `${TITLE}Ge1:1 In the beginning.\nGe1:2 And the earth: 7 days?\nGe2:1 Thus.\n3Jn1:14 Peace, peace.\n`;
const VERSES = [
  { chapter: 'Ge1', text: 'In the beginning.' },
  { chapter: 'Ge1', text: 'And the earth: 7 days?' },
  { chapter: 'Ge2', text: 'Thus.' },
  { chapter: '3Jn1', text: 'Peace, peace.' },
];

describe('readBibleData', () => {
  test.each([16, 64, 1000])('reads verses from windows of %i bytes', (size) => {
    expect(readBibleData(bibleData(TEXT, size), 'f')).toEqual(VERSES);
  });

  test.each([
    ['another file', new TextEncoder().encode('Holy Bible'), /f does not begin with EC02/],
    ['an empty file', new Uint8Array(), /f does not begin with EC02/],
    [
      'a file that ends in its header',
      bibleData(TEXT).subarray(0, 95),
      /has 95 bytes, which end in its header/,
    ],
    ['a file cut short', bibleData(TEXT).subarray(0, -2), /the last window end at .*truncated or damaged/],
    [
      'what is no verse',
      bibleData(`${TITLE}Ge1:1 One.\nGe1-2 Two.\n`),
      /line 3 is "Ge1-2 Two\.", expected a verse/,
    ],
  ])('refuses %s', (_, file, message) => {
    expect(() => readBibleData(file, 'f')).toThrow(InputError);
    expect(() => readBibleData(file, 'f')).toThrow(message);
  });

  test('refuses windows out of order, none, and one of no size', () => {
    const changed = (index: number, value: number) => {
      const file = bibleData(TEXT);
      new DataView(file.buffer).setUint32(84 + 4 * index, value);
      return file;
    };
    expect(() => readBibleData(changed(3, 5), 'f')).toThrow(/window 0 end before it begins/);
    expect(() => readBibleData(changed(1, 0), 'f')).toThrow(/0 windows of 64 bytes/);
    expect(() => readBibleData(changed(1, 0xffff_ffff), 'f')).toThrow(/4294967295 windows/);
    expect(() => readBibleData(changed(0, 0), 'f')).toThrow(/windows of 0 bytes/);
    expect(() => readBibleData(changed(0, 65), 'f')).toThrow(/window 0 expands to 64 bytes, expected 65/);
  });

  test('answers a file with any byte changed with verses or an InputError', () => {
    const file = bibleData(TEXT);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = file.map((byte, i) => (i === at ? byte ^ change : byte));
        try {
          readBibleData(damaged, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('piecesOf', () => {
  test('makes a piece of every chapter, in codes of the alphabet that the text has', () => {
    const { alphabet, sets } = piecesOf(VERSES);
    expect(alphabet).toBe('\n ,.7:?AIPTabcdeghinprstuy');
    const texts = Object.values(sets).flatMap((pieces) =>
      pieces.map(({ id, codes }) => [id, Array.from(codes, (code) => alphabet[code]).join('')]),
    );
    expect(new Map(texts as [string, string][])).toEqual(
      new Map([
        ['Ge1', 'In the beginning.\nAnd the earth: 7 days?\n'],
        ['Ge2', 'Thus.\n'],
        ['3Jn1', 'Peace, peace.\n'],
      ]),
    );
  });

  test('holds chapters out by the hash of their text, whatever else there is', () => {
    const verses = Array.from({ length: 400 }, (_, i) => ({ chapter: `Ge${i}`, text: `The verse ${i}.` }));
    const { sets } = piecesOf(verses);
    for (const [set, pieces] of Object.entries(sets)) {
      for (const { id } of pieces) expect(setOf(`The verse ${id.slice(2)}.\n`)).toBe(set);
    }
    const share = (set: 'development' | 'test') => sets[set].length / 400;
    expect(Math.abs(share('development') - 0.1)).toBeLessThan(0.05);
    expect(Math.abs(share('test') - 0.1)).toBeLessThan(0.05);
    const fewer = piecesOf(verses.slice(0, 100)).sets;
    expect(fewer.test.map(({ id }) => id)).toEqual(
      sets.test.map(({ id }) => id).filter((id) => Number(id.slice(2)) < 100),
    );
  });

  test('refuses more characters than a byte can tell apart', () => {
    const text = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => 32 + i));
    expect(() => piecesOf([{ chapter: 'Ge1', text }])).toThrow(
      /has 257 different characters, expected at most 256/,
    );
  });
});

describe('loadCharacters', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('fetches once', async () => {
    fakeDebian({ 'usr/lib/bible.data': bibleData(TEXT) });
    const cacheFolder = temporaryFolder();
    const text = await loadCharacters({ cacheFolder });
    expect(text).toEqual(piecesOf(VERSES));
    expect(readdirSync(cacheFolder)).toEqual(['debian-bible-kjv-text']);
    vi.stubEnv('PATH', '');
    expect(await loadCharacters({ cacheFolder })).toEqual(text);
  });
});
