import { expect, test } from 'vitest';
import { wordsSaid } from '../../../../../src/tasks/speech/corpora/queen/words.ts';

test.each([
  ["Hello there... I'm Joe!", "hello there i'm joe"],
  ['"Lederhosen - by order, Dr. Who" ', 'lederhosen by order doctor who'],
  ['Hello again Mr Big.', 'hello again mister big'],
  ["ID? I'd say D.N.A.", "i d i'd say d n a"],
  ['Is Mary-Lou here?', 'is mary lou here'],
  ['Well...what?', 'well what'],
  ['(sigh)', ''],
  ['...', ''],
])('%j is said as %j', (text, words) => {
  expect(wordsSaid(text)).toBe(words);
});

test.each([
  '24 Hours',
  '@@ Love @@',
  'Treatment^_.',
  'RESTART (Y/N)?',
  'on/off',
  'Hmmm, no',
  'Soooo',
  'Well (sigh)',
  '*',
])('what is said at %j is not certain', (text) => {
  expect(wordsSaid(text)).toBeUndefined();
});
