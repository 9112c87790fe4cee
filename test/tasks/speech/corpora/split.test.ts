import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setOf, splitSentences } from '../../../../src/tasks/speech/corpora/split.ts';

const texts = (minLength: number) => fc.uniqueArray(fc.string(), { minLength, maxLength: 40 });

describe('splitting sentences', () => {
  test('three sentences suffice for three sets, each sentence in one', () => {
    fc.assert(
      fc.property(texts(3), (sentences) => {
        const sets = splitSentences(sentences);
        expect(sets.size).toBe(sentences.length);
        if (sentences.some((text) => setOf(text) === 'train')) {
          expect([...sets.values()]).toContain('train');
        }
        const training = sentences.filter((text) => setOf(text) === 'train').length;
        if (training > 2) expect(new Set(sets.values()).size).toBe(3);
      }),
    );
  });

  test('changes nothing where no set is empty', () => {
    const sentences = Array.from({ length: 500 }, (_, i) => `sentence ${i}`);
    const sets = splitSentences(sentences);
    for (const text of sentences) expect(sets.get(text)).toBe(setOf(text));
    expect(sentences.filter((text) => setOf(text) === 'train').length).toBeGreaterThan(350);
  });

  test('depends on the text, not on the order', () => {
    fc.assert(
      fc.property(texts(1), (sentences) => {
        const reversed = splitSentences([...sentences].reverse());
        for (const [text, set] of splitSentences(sentences)) expect(reversed.get(text)).toBe(set);
      }),
    );
  });
});
