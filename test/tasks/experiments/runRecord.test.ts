import { describe, expect, test } from 'vitest';
import { parseRunRecord } from '../../../src/tasks/experiments/runRecord.ts';
import { task } from './fakes.ts';

describe('a record', () => {
  const set = { words: [1], wordErrors: [0], greedyWordErrors: [0], letters: [3], greedyLetterErrors: [1] };
  const good = { id: 'a', lstmParameters: 1, seconds: 1, losses: [], sets: { test: set } };
  test.each([
    ['of another run', { ...good, id: 'b' }],
    ['of nothing', null],
    ['without sets', { ...good, sets: undefined }],
    ['with a set of unequal columns', { ...good, sets: { test: { ...set, words: [1, 2] } } }],
    ['with fewer than no errors', { ...good, sets: { test: { ...set, wordErrors: [-1] } } }],
  ])('%s is refused', (_, value) => {
    expect(() => parseRunRecord(value, 'a', task.measures, 'x/metrics.json')).toThrow(
      'x/metrics.json does not hold the metrics of run a; remove it to make the run again',
    );
  });
});
