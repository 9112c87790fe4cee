import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { alphabetSize, encode } from '../../../../src/tasks/speech/alphabet.ts';
import { greedyDecode } from '../../../../src/tasks/speech/decode/greedy.ts';

/** Log-probabilities with one likeliest class per frame, written as letters with _ for the blank. */
function posteriors(path: string): Float32Array {
  const logProbs = new Float32Array(path.length * alphabetSize).fill(Math.log(0.01));
  for (const [t, letter] of [...path].entries()) {
    const best = letter === '_' ? 0 : encode(letter, 'path')[0]!;
    logProbs[t * alphabetSize + best] = Math.log(0.72);
  }
  return logProbs;
}

test.each([
  ['', ''],
  ['___', ''],
  ['cat', 'cat'],
  ['_cc_aa_tt_', 'cat'],
  ['hel_lo', 'hello'],
  ['hello', 'helo'],
  ['_a_ __b', 'a b'],
  ["it_'s", "it's"],
  [' _ a', '  a'],
])('the path %j spells %j', (path, text) => {
  expect(greedyDecode(posteriors(path), path.length, alphabetSize)).toBe(text);
});

test('any text comes back from a path with a blank between its letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab 'z") }), (text) => {
      const path = [...text].join('_');
      expect(greedyDecode(posteriors(path), path.length, alphabetSize)).toBe(text);
    }),
  );
});

test('of equally likely classes the lowest is taken', () => {
  expect(greedyDecode(new Float32Array(alphabetSize).fill(-1), 1, alphabetSize)).toBe('');
});

test.each([
  ['too few values', () => greedyDecode(new Float32Array(28), 1, 29), /28 values/],
  ['negative frames', () => greedyDecode(new Float32Array(0), -1, 29), /frames is -1/],
  ['another number of classes', () => greedyDecode(new Float32Array(30), 1, 30), /classes is 30/],
  ['NaN', () => greedyDecode(new Float32Array(58).fill(Number.NaN, 31, 32), 2, 29), /frame 1, class 2/],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(InputError);
  expect(run).toThrow(message);
});
