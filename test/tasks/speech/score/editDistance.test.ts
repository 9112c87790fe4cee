import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edits, editDistance } from '../../../../src/tasks/speech/score/editDistance.ts';

const symbols = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 });

/** Every alignment tried: fewest errors, then fewest substitutions. */
function bruteForce(reference: readonly string[], hypothesis: readonly string[]): Edits {
  const better = (x: Edits, y: Edits) =>
    x.errors < y.errors || (x.errors === y.errors && x.substitutions <= y.substitutions) ? x : y;
  const plus = (x: Edits, substitutions: number, insertions: number, deletions: number): Edits => ({
    errors: x.errors + substitutions + insertions + deletions,
    substitutions: x.substitutions + substitutions,
    insertions: x.insertions + insertions,
    deletions: x.deletions + deletions,
  });
  if (reference.length === 0) {
    return { errors: hypothesis.length, substitutions: 0, insertions: hypothesis.length, deletions: 0 };
  }
  if (hypothesis.length === 0) {
    return { errors: reference.length, substitutions: 0, insertions: 0, deletions: reference.length };
  }
  const [r, ...restR] = reference;
  const [h, ...restH] = hypothesis;
  return better(
    plus(bruteForce(restR, restH), r === h ? 0 : 1, 0, 0),
    better(plus(bruteForce(reference, restH), 0, 1, 0), plus(bruteForce(restR, hypothesis), 0, 0, 1)),
  );
}

test('equals the best of all alignments', () => {
  fc.assert(
    fc.property(symbols, symbols, (a, b) => {
      expect(editDistance(a, b)).toEqual(bruteForce(a, b));
    }),
  );
});

describe('is a metric', () => {
  test('zero between equals only', () => {
    fc.assert(
      fc.property(symbols, symbols, (a, b) => {
        expect(editDistance(a, [...a]).errors).toBe(0);
        expect(editDistance(a, b).errors === 0).toBe(a.join() === b.join());
      }),
    );
  });

  test('symmetric, insertions and deletions swapped', () => {
    fc.assert(
      fc.property(symbols, symbols, (a, b) => {
        const there = editDistance(a, b);
        const back = editDistance(b, a);
        expect(back).toEqual({ ...there, insertions: there.deletions, deletions: there.insertions });
      }),
    );
  });

  test('no detour is shorter', () => {
    fc.assert(
      fc.property(symbols, symbols, symbols, (a, b, c) => {
        expect(editDistance(a, c).errors).toBeLessThanOrEqual(
          editDistance(a, b).errors + editDistance(b, c).errors,
        );
      }),
    );
  });
});

test('the counts account for both lengths', () => {
  fc.assert(
    fc.property(symbols, symbols, (a, b) => {
      const { errors, substitutions, insertions, deletions } = editDistance(a, b);
      expect(substitutions + insertions + deletions).toBe(errors);
      expect(insertions - deletions).toBe(b.length - a.length);
      expect(Math.min(substitutions, insertions, deletions)).toBeGreaterThanOrEqual(0);
    }),
  );
});

// Textbook distances: kitten/sitting and Saturday/Sunday are Wikipedia's "Levenshtein distance"; intention/
// execution is Jurafsky and Martin, Speech and Language Processing, §2.5 (five edits: delete i, n → e, t → x, insert c, n → u).
test.each([
  ['kitten', 'sitting', { errors: 3, substitutions: 2, insertions: 1, deletions: 0 }],
  ['saturday', 'sunday', { errors: 3, substitutions: 1, insertions: 0, deletions: 2 }],
  ['intention', 'execution', { errors: 5, substitutions: 3, insertions: 1, deletions: 1 }],
  ['', 'ab', { errors: 2, substitutions: 0, insertions: 2, deletions: 0 }],
  ['', '', { errors: 0, substitutions: 0, insertions: 0, deletions: 0 }],
])('%s → %s', (reference, hypothesis, expected) => {
  expect(editDistance([...reference], [...hypothesis])).toEqual(expected);
});
