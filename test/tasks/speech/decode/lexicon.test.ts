import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { encode } from '../../../../src/tasks/speech/alphabet.ts';
import { Lexicon } from '../../../../src/tasks/speech/decode/lexicon.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', "'"), minLength: 1, maxLength: 5 });

function walk(lexicon: Lexicon, letters: string): number {
  let node = 0;
  for (const letter of encode(letters, 'letters')) {
    node = lexicon.child(node, letter);
    if (node < 0) break;
  }
  return node;
}

test('exactly its words end at a word, exactly their beginnings are nodes', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), word, (words, probe) => {
      const lexicon = new Lexicon(words);
      expect(lexicon.words).toEqual([...new Set(words)].sort());
      const node = walk(lexicon, probe);
      expect(node >= 0).toBe(words.some((w) => w.startsWith(probe)));
      if (node >= 0) {
        const found = lexicon.wordAt(node);
        expect(found >= 0 ? lexicon.words[found] : undefined).toBe(words.includes(probe) ? probe : undefined);
        expect(lexicon.parent(node)).toBe(walk(lexicon, probe.slice(0, -1)));
        expect(lexicon.parent(node)).toBeLessThan(node);
      }
      const beginnings = words.flatMap((w) => [...w].map((_, i) => w.slice(0, i + 1)));
      expect(lexicon.nodes).toBe(1 + new Set(beginnings).size);
    }),
  );
});

test.each([[[]], [['']], [['new york']], [['Call']], [['call', 'a-ha']]])('%j is refused', (words) => {
  expect(() => new Lexicon(words)).toThrow(InputError);
});
