import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { errorCounts, errorRate } from '../../../../src/tasks/speech/score/errorRate.ts';

describe('word errors of one utterance, worked by hand', () => {
  test.each([
    // Aligned: the cat sat on  the mat
    //          the cat sit on  –   mat
    [
      'the cat sat on the mat',
      'the cat sit on mat',
      { errors: 2, substitutions: 1, insertions: 0, deletions: 1 },
    ],
    // Speech and Language Processing (Jurafsky and Martin), the chapter on recognition: 6 substitutions,
    // 3 insertions and 1 deletion in 13 words, a rate of 76.9 %.
    [
      'i um the phone is i left the portable phone upstairs last night',
      'i got it to the fullest i love to portable form of stores last night',
      { errors: 10, substitutions: 6, insertions: 3, deletions: 1 },
    ],
    ['call john', 'call john', { errors: 0, substitutions: 0, insertions: 0, deletions: 0 }],
    ['call john', '', { errors: 2, substitutions: 0, insertions: 0, deletions: 2 }],
    ['stop', 'now stop it', { errors: 2, substitutions: 0, insertions: 2, deletions: 0 }],
    ['  call   john ', 'call john', { errors: 0, substitutions: 0, insertions: 0, deletions: 0 }],
  ])('%s | %s', (reference, hypothesis, expected) => {
    const { total, ...edits } = errorCounts({ reference, hypothesis }, 'word');
    expect(edits).toEqual(expected);
    expect(total).toBe(reference.trim().split(/\s+/).length);
  });
});

test('a set is scored by all errors over all words, not by the mean of its rates', () => {
  const pairs = [
    { reference: 'stop', hypothesis: 'shop' },
    { reference: 'play hey jude now', hypothesis: 'play hey jude' },
    { reference: 'call mary please', hypothesis: 'call mary please do' },
  ];
  expect(errorRate(pairs, 'word')).toEqual({
    errors: 3,
    total: 8,
    rate: 3 / 8,
    substitutions: 1,
    insertions: 1,
    deletions: 1,
  });
});

test('letters count with the spaces between words, white space at the edges does not', () => {
  const pairs = [{ reference: 'to go', hypothesis: ' too  go' }];
  expect(errorRate(pairs, 'letter')).toMatchObject({ errors: 1, total: 5, insertions: 1, rate: 0.2 });
});

test('insertions take the rate above 1', () => {
  expect(errorRate([{ reference: 'no', hypothesis: 'oh no it is' }], 'word').rate).toBe(3);
});

test('an empty reference beside others counts its insertions', () => {
  const pairs = [
    { reference: '', hypothesis: 'noise' },
    { reference: 'stop', hypothesis: 'stop' },
  ];
  expect(errorRate(pairs, 'word')).toMatchObject({ errors: 1, total: 1, insertions: 1 });
});

test.each([[[]], [[{ reference: ' ', hypothesis: 'a' }]]])('no reference words in %j is refused', (pairs) => {
  expect(() => errorRate(pairs, 'word')).toThrow(InputError);
  expect(() => errorRate(pairs, 'letter')).toThrow(/no letter/);
});
