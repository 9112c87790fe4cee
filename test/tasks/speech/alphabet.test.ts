import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import {
  alphabetSize,
  blank,
  decode,
  encode,
  isSpelt,
  normaliseTranscript,
  space,
  wordsOf,
} from '../../../src/tasks/speech/alphabet.ts';

const letters = " 'abcdefghijklmnopqrstuvwxyz";

test('every text over the alphabet comes back from its classes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...letters) }), (text) => {
      const classes = encode(text, 'text');
      expect(decode(classes)).toBe(text);
      expect(classes.every((c) => c > blank && c < alphabetSize)).toBe(true);
    }),
  );
});

test('29 classes in the documented order', () => {
  expect(alphabetSize).toBe(29);
  expect(blank).toBe(0);
  expect([...encode(" 'az", 'text')]).toEqual([space, 2, 3, 28]);
});

describe('encode', () => {
  test.each([
    ['7 up', '7', 1],
    ['cafés', 'é', 4],
    ['Ab', 'A', 1],
    ['a😀', '😀', 2],
    ['a\tb', '\\t', 2],
  ])('%j names the place, the letter and its position', (text, letter, position) => {
    const run = () => encode(text, 'list.tsv:12');
    expect(run).toThrow(InputError);
    expect(run).toThrow('list.tsv:12');
    expect(run).toThrow(`letter "${letter}"`);
    expect(run).toThrow(`position ${position}`);
  });

  test('an empty text has no classes', () => {
    expect(encode('', 'text')).toHaveLength(0);
  });

  test('takes what isSpelt says it takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."az' é7-A😀") }), (text) => {
        if (isSpelt(text)) expect(encode(text, 'text')).toHaveLength(text.length);
        else expect(() => encode(text, 'text')).toThrow(InputError);
      }),
    );
  });
});

test.each([[[0]], [[29]], [[-1]], [[1.5]], [[Number.NaN]]])('decode refuses %j', (classes) => {
  expect(() => decode(classes)).toThrow(InputError);
});

describe('normaliseTranscript', () => {
  test.each([
    ['  Turn  ON,\tthe light!\n', 'turn on the light'],
    ['"What\'s this?" “Nothing; really:”', "what's this nothing really"],
    ['a , b', 'a b'],
    ['Well...I said: “wait—what?”', 'well i said wait what'],
    ['U.S.A. – so it’s «there»…', "u s a so it's there"],
    ['', ''],
    ['...', ''],
  ])('%j', (text, expected) => {
    expect(normaliseTranscript(text)).toBe(expected);
  });

  test('what it does not know stays, to be reported by encode', () => {
    expect(normaliseTranscript('Route 66: the well-known café, ‘old’')).toBe(
      "route 66 the well-known café ‘old'",
    );
  });

  test('words neither join nor change: only marks between them go', () => {
    const mark = fc.constantFrom(...'.,?!;:…"“”„«»–— \t\n');
    const word = fc.string({ unit: fc.constantFrom(..."abz'é7-"), minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.string({ unit: mark, minLength: 1 }))), (parts) => {
        const text = normaliseTranscript(parts.flat().join(''));
        expect(wordsOf(text)).toEqual(parts.map(([part]) => part));
      }),
    );
  });

  test('doing it twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB \t\n.,?!;:"“”’“„«»—…-éİ') }), (text) => {
        const once = normaliseTranscript(text);
        expect(normaliseTranscript(once)).toBe(once);
      }),
    );
  });
});

test.each([
  ['call  john\tnow\n', ['call', 'john', 'now']],
  [' ', []],
  ['', []],
])('the words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});
