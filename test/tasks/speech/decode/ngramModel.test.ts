import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { NgramModel, perplexity, trainNgramModel } from '../../../../src/tasks/speech/decode/ngramModel.ts';

const word = fc.constantFrom('a', 'b', 'c', 'ab');
const sentence = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
const corpus = fc.array(sentence, { minLength: 1, maxLength: 8 });
const order = fc.integer({ min: 1, max: 4 });
const history = fc
  .tuple(fc.boolean(), fc.array(fc.oneof(word, fc.constant('unheard')), { maxLength: 5 }))
  .map(([fromStart, words]) => (fromStart ? ['<s>', ...words] : words));

/** Witten–Bell by its definition, counting in the sentences anew for every history. */
function byDefinition(sentences: readonly string[], past: readonly string[], next: string): number {
  const marked = sentences.map((text) => ['<s>', ...text.split(' ').filter(Boolean), '</s>']);
  const vocabulary = new Set(marked.flat().filter((w) => w !== '<s>' && w !== '</s>'));
  const after: string[] = [];
  for (const words of marked) {
    for (let i = 1; i < words.length; i++) {
      if (i >= past.length && past.every((w, k) => words[i - past.length + k] === w)) after.push(words[i]!);
    }
  }
  const shorter = past.length > 0 ? byDefinition(sentences, past.slice(1), next) : 1 / (vocabulary.size + 2);
  if (after.length === 0) return shorter;
  const types = new Set(after).size;
  return (after.filter((w) => w === next).length + types * shorter) / (after.length + types);
}

test('probabilities over the vocabulary, the unknown word and </s> sum to 1 after every history', () => {
  fc.assert(
    fc.property(corpus, order, history, (sentences, n, past) => {
      const model = trainNgramModel(sentences, n);
      const logs = [...model.words, 'unheard', '</s>'].map((w) => model.logProbability(past, w));
      for (const log of logs) expect(log).toBeLessThan(0);
      expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 10);
    }),
  );
});

test('every probability is that of the definition', () => {
  fc.assert(
    fc.property(corpus, order, history, (sentences, n, past) => {
      const model = trainNgramModel(sentences, n);
      const recent = n === 1 ? [] : past.slice(1 - n);
      for (const next of [...model.words, 'unheard', '</s>']) {
        expect(Math.exp(model.logProbability(past, next))).toBeCloseTo(
          byDefinition(sentences, recent, next),
          12,
        );
      }
    }),
  );
});

describe('"a b" and "a", worked by hand', () => {
  // One word: a 2, b 1, </s> 2; 5 tokens of 3 types over 4 events, so P(a) = (2 + 3/4)/8 = 0.34375,
  // P(b) = 0.21875, P(</s>) = 0.34375, P(unknown) = 0.09375. After a: b 1, </s> 1, so 2 tokens of 2 types.
  const sentences = ['a b', 'a'];
  test.each([
    [1, [], 'a', 0.34375],
    [1, ['b'], 'a', 0.34375],
    [1, [], 'zebra', 0.09375],
    [2, ['<s>'], 'a', (2 + 0.34375) / 3],
    [2, ['<s>'], 'b', 0.21875 / 3],
    [2, ['a'], 'b', (1 + 2 * 0.21875) / 4],
    [2, ['a'], 'a', (2 * 0.34375) / 4],
    [2, ['a'], 'zebra', (2 * 0.09375) / 4],
    [3, ['<s>', 'a'], 'b', (1 + 2 * 0.359375) / 4],
    [3, ['a', 'b'], '</s>', (1 + (1 + 0.34375) / 2) / 2],
    [3, ['b', 'b'], '</s>', (1 + 0.34375) / 2],
    [3, ['zebra'], 'a', 0.34375],
  ])('order %i: P(%j → %s)', (n, past, next, expected) => {
    expect(Math.exp(trainNgramModel(sentences, n).logProbability(past, next))).toBeCloseTo(expected, 14);
  });

  test('perplexity is the inverse geometric mean', () => {
    const model = trainNgramModel(sentences, 2);
    const probabilities = [(2 + 0.34375) / 3, 0.359375, (1 + 0.34375) / 2];
    expect(perplexity(model, ['a b'])).toBeCloseTo(probabilities.reduce((p, q) => p * q, 1) ** (-1 / 3), 12);
  });
});

test('order is 3 by default', () => {
  expect(trainNgramModel(['a']).order).toBe(3);
});

test('a state is the history as far as training saw it', () => {
  const model = trainNgramModel(['a b c', 'b c']);
  expect(model.stateAfter(['<s>', 'a', 'b', 'c'])).toBe(model.stateAfter(['b', 'c']));
  expect(model.stateAfter(['c', 'a'])).toBe(model.stateAfter(['a']));
  expect(model.stateAfter(['b', 'unheard'])).toBe(model.stateAfter([]));
  expect(model.stateAfter(['<s>'])).toBe(model.start);
});

test('a model that has seen much has lower perplexity on the like than one that has seen little', () => {
  const much = ['call john', 'call mary', 'play yesterday', 'call john', 'play something'];
  const unseen = ['call mary', 'play yesterday'];
  expect(perplexity(trainNgramModel(much), unseen)).toBeLessThan(
    perplexity(trainNgramModel(['stop']), unseen),
  );
});

describe('JSON', () => {
  test('gives the same model back, to the last bit', () => {
    fc.assert(
      fc.property(corpus, order, history, (sentences, n, past) => {
        const model = trainNgramModel(sentences, n);
        const json = JSON.stringify(model);
        const back = NgramModel.fromJSON(JSON.parse(json), 'lm.json');
        expect(JSON.stringify(back)).toBe(json);
        expect(back.words).toEqual(model.words);
        for (const next of [...model.words, 'unheard', '</s>']) {
          expect(back.logProbability(past, next)).toBe(model.logProbability(past, next));
        }
      }),
    );
  });

  test.each([
    [null],
    [[]],
    [{ order: 3 }],
    [{ order: 0, counts: [['a', 1]] }],
    [{ order: '3', counts: [['<s> a', 1]] }],
    [{ order: 2, counts: [] }],
    [{ order: 2, counts: {} }],
    [{ order: 2, counts: [['<s> a', 0]] }],
    [{ order: 2, counts: [['<s> a', 1.5]] }],
    [{ order: 2, counts: [['<s> a', '1']] }],
    [{ order: 2, counts: [['<s> a']] }],
    [{ order: 2, counts: [['a', 1]] }],
    [{ order: 2, counts: [['a b c', 1]] }],
    [{ order: 2, counts: [['<s>', 1]] }],
    [{ order: 2, counts: [['a <s>', 1]] }],
    [{ order: 2, counts: [['</s> a', 1]] }],
    [{ order: 2, counts: [['<s> <unk>', 1]] }],
    [{ order: 2, counts: [['<s>  a', 1]] }],
    [{ order: 2, counts: [['<s> a\n', 1]] }],
    [
      {
        order: 2,
        counts: [
          ['<s> a', 1],
          ['<s> a', 2],
        ],
      },
    ],
    [
      {
        order: 2,
        counts: [
          ['<s> a', 1],
          ['b a', 2],
        ],
      },
    ],
  ])('%j is refused, naming the file', (value) => {
    const run = () => NgramModel.fromJSON(value, 'lm.json');
    expect(run).toThrow(InputError);
    expect(run).toThrow('lm.json');
  });
});

test.each([
  ['no sentences', () => trainNgramModel([])],
  ['order 0', () => trainNgramModel(['a'], 0)],
  ['order 2.5', () => trainNgramModel(['a'], 2.5)],
  ['a reserved mark', () => trainNgramModel(['a <s> b'])],
  ['perplexity of nothing', () => perplexity(trainNgramModel(['a']), [])],
])('%s is refused', (_, run) => {
  expect(run).toThrow(InputError);
});
