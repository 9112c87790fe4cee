import { expect, test } from 'vitest';
import { foldOf } from '../../../../src/tasks/speech/experiments/folds.ts';
import { utterance } from '../letterCorpus.ts';

const texts = ['a cab', 'bad cab', 'a bad', 'cab', 'dab a', 'bad', 'add', 'dab', 'cab', 'bad'];
const all = texts.map((text, i) => utterance(text, `${i}`));
const corpus = {
  name: 'x',
  bands: 6,
  sets: { train: all.slice(0, 6), development: all.slice(6, 8), test: all.slice(8) },
};

test('every utterance is tested once, with its text in no other set, and parts are equal to one text', () => {
  const folds = [0, 1, 2, 3].map((index) => foldOf(corpus, { index, of: 4 }).sets);
  expect(folds.flatMap(({ test: tested }) => tested!.map(({ id }) => id)).sort()).toEqual(
    all.map(({ id }) => id).sort(),
  );
  for (const sets of folds) {
    const [train, development, tested] = ['train', 'development', 'test'].map(
      (set) => new Set(sets[set]!.map(({ transcript }) => transcript)),
    );
    expect(tested!.size).toBe(2);
    expect(development!.size).toBe(2);
    expect(train!.size).toBe(4);
    expect(new Set([...train!, ...development!, ...tested!]).size).toBe(8);
  }
});

test('depends on texts alone', () => {
  const turned = { ...corpus, sets: { train: [...all].reverse(), development: [], test: [] } };
  const ids = (of: typeof corpus) =>
    foldOf(of, { index: 1, of: 4 })
      .sets['test']!.map(({ id }) => id)
      .sort();
  expect(ids(turned)).toEqual(ids(corpus));
});

test.each([
  [{ index: 4, of: 4 }, 'the fold is 4 of 4; expected 0 or more of at least 3'],
  [{ index: 0, of: 2 }, 'the fold is 0 of 2'],
  [{ index: 0, of: 9 }, 'corpus x has 8 texts; expected at least 9 for 9 folds'],
])('%o is refused', (fold, message) => {
  expect(() => foldOf(corpus, fold)).toThrow(message);
});
