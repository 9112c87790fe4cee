import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { alphabetSize, encode } from '../../../../src/tasks/speech/alphabet.ts';
import { Lexicon } from '../../../../src/tasks/speech/decode/lexicon.ts';
import { trainNgramModel } from '../../../../src/tasks/speech/decode/ngramModel.ts';
import { type DecodableUtterance, tuneDecoder } from '../../../../src/tasks/speech/decode/tune.ts';

/** An utterance whose frames are each torn between two letters, 0.6 to 0.4. */
function torn(likelier: string, other: string, reference: string): DecodableUtterance {
  const logProbs = new Float32Array(likelier.length * alphabetSize).fill(-30);
  for (let t = 0; t < likelier.length; t++) {
    logProbs[t * alphabetSize + encode(other[t]!, 'other')[0]!] = Math.log(0.4);
    logProbs[t * alphabetSize + encode(likelier[t]!, 'likelier')[0]!] = Math.log(0.6);
  }
  return { logProbs, frames: likelier.length, reference };
}

const lexicon = new Lexicon(['on', 'in', 'it', 'at']);
const ngram = trainNgramModel(['in it', 'in it', 'in it', 'on at']);
const fixed = { ngram, lexicon, beamWidth: 16 };
// By sound alone "on at" (0.6 per frame that differs); the n-gram model wants "in it".
const utterances = [torn('on at', 'in it', 'in it')];

describe('tuneDecoder', () => {
  test('takes the weight that makes the fewest word errors', () => {
    const { best, tried } = tuneDecoder(utterances, {
      ...fixed,
      languageWeights: [0, 2],
      wordBonuses: [0],
    });
    expect(tried.map(({ words }) => words.errors)).toEqual([2, 0]);
    expect(best).toBe(tried[1]);
    expect(best).toMatchObject({ languageWeight: 2, wordBonus: 0, words: { rate: 0, total: 2 } });
  });

  test('of equals takes the first of the grid, bonuses running fastest', () => {
    const { best, tried } = tuneDecoder(utterances, {
      ...fixed,
      languageWeights: [3, 2],
      wordBonuses: [0.5, 0],
    });
    expect(tried.map(({ languageWeight, wordBonus }) => [languageWeight, wordBonus])).toEqual([
      [3, 0.5],
      [3, 0],
      [2, 0.5],
      [2, 0],
    ]);
    expect(tried.every(({ words }) => words.errors === 0)).toBe(true);
    expect(best).toBe(tried[0]);
  });

  test.each([
    ['an empty grid', utterances, []],
    ['no utterances', [], [1]],
    ['a negative weight', utterances, [-1]],
  ])('refuses %s', (_, list, languageWeights) => {
    expect(() => tuneDecoder(list, { ...fixed, languageWeights, wordBonuses: [0] })).toThrow(InputError);
  });
});
