import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode } from '../../../../src/tasks/speech/alphabet.ts';
import { Lexicon } from '../../../../src/tasks/speech/decode/lexicon.ts';
import { LookAhead } from '../../../../src/tasks/speech/decode/lookAhead.ts';
import { trainNgramModel } from '../../../../src/tasks/speech/decode/ngramModel.ts';

const vocabulary = ['a', 'ab', 'abc', 'b', 'bc', 'c'];
const word = fc.constantFrom(...vocabulary);
const corpus = fc.array(
  fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
  { minLength: 1, maxLength: 8 },
);
const lexicons = fc.uniqueArray(fc.constantFrom(...vocabulary, 'unheard', 'abut'), { minLength: 1 });

test('is the best log-probability of the words that begin so, in every state', () => {
  fc.assert(
    fc.property(corpus, lexicons, fc.array(word, { maxLength: 4 }), (sentences, words, history) => {
      const model = trainNgramModel(sentences);
      const lexicon = new Lexicon(words);
      const lookAhead = new LookAhead(model, lexicon);
      for (const past of [history, ['<s>', ...history]]) {
        const state = model.stateAfter(past);
        for (const beginning of words.flatMap((w) => [...w].map((_, i) => w.slice(0, i + 1)))) {
          let node = 0;
          for (const letter of encode(beginning, 'beginning')) node = lexicon.child(node, letter);
          const scores = words
            .filter((w) => w.startsWith(beginning))
            .map((w) => model.logProbability(past, w));
          expect(lookAhead.best(state, node)).toBeCloseTo(Math.max(...scores), 10);
        }
      }
    }),
  );
});
