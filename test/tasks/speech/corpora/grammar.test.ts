import { describe, expect, test } from 'vitest';
import { encode } from '../../../../src/tasks/speech/alphabet.ts';
import {
  GRAMMAR_SIZES,
  type GrammarSize,
  sentences,
  vocabulary,
} from '../../../../src/tasks/speech/corpora/queries/grammar.ts';
import { random } from '../../../../src/tensor/random.ts';

function draw(size: GrammarSize, count: number): string[] {
  const drawn = sentences(size, random(1).next);
  return Array.from({ length: count }, () => drawn.next().value);
}

describe('query grammar', () => {
  test('has about 60, the same, about 140 and several hundred words, each size those of the smaller', () => {
    const [small, varied, medium, large] = GRAMMAR_SIZES.map(vocabulary) as [
      readonly string[],
      readonly string[],
      readonly string[],
      readonly string[],
    ];
    expect(varied).toEqual(small);
    expect(small.length).toBeGreaterThanOrEqual(55);
    expect(small.length).toBeLessThanOrEqual(65);
    expect(medium.length).toBeGreaterThanOrEqual(130);
    expect(medium.length).toBeLessThanOrEqual(155);
    expect(large.length).toBeGreaterThanOrEqual(300);
    expect(medium).toEqual(expect.arrayContaining([...small]));
    expect(large).toEqual(expect.arrayContaining([...medium]));
  });

  test.each(GRAMMAR_SIZES)(
    '%s speaks its whole vocabulary and nothing else, in letters of the alphabet',
    (size) => {
      const drawn = draw(size, 20_000);
      expect([...new Set(drawn.flatMap((sentence) => sentence.split(' ')))].sort()).toEqual(vocabulary(size));
      for (const sentence of new Set(drawn)) encode(sentence, sentence);
    },
  );

  test('has at least 15,000 distinct sentences in the smallest size, and several times as many of the same words', () => {
    expect(new Set(draw('small', 300_000)).size).toBeGreaterThanOrEqual(15_000);
    expect(new Set(draw('varied', 300_000)).size).toBeGreaterThanOrEqual(40_000);
  });

  test('is the same for the same generator, and never goes from a place to itself', () => {
    expect(draw('large', 100)).toEqual(draw('large', 100));
    for (const sentence of draw('small', 5000)) {
      const journey = /^directions from (\w+) to (\w+)/.exec(sentence);
      if (journey !== null) expect(journey[1]).not.toBe(journey[2]);
    }
  });

  test('refuses an unknown size', () => {
    expect(() => vocabulary('huge' as GrammarSize)).toThrow(
      /no size "huge", expected one of small, varied, medium, large/,
    );
  });
});
