import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopScores } from '../../../../src/tasks/speech/decode/topScores.ts';

test('keeps the best scores of those offered since it was cleared', () => {
  const offers = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), offers, offers, (capacity, before, scores) => {
      const top = new TopScores(capacity);
      for (const [item, score] of before.entries()) top.offer(item, score);
      top.clear();
      for (const [item, score] of scores.entries()) top.offer(item, score);
      const kept = top.items.slice(0, top.size);
      const best = [...scores].sort((a, b) => b - a).slice(0, capacity);
      expect(kept.map((item) => scores[item]!).sort((a, b) => b - a)).toEqual(best);
      expect(new Set(kept).size).toBe(kept.length);
    }),
  );
});
