// Threads load the compiled package.
import { expect, test } from 'vitest';
import {
  checksumOf,
  checksumResumed,
  speechTraining,
  streamTraining,
} from '../../dist/reliability/equality.js';

test('a stream that was stopped in mid-epoch goes on to the same bytes', async () => {
  const whole = await checksumOf(streamTraining, 1);
  expect(await checksumOf(streamTraining, 1)).toBe(whole);
  for (const stopAt of [1, 20, 59]) expect(await checksumResumed(streamTraining, stopAt, [1, 1])).toBe(whole);
});

test('speech on one thread leaves the bytes of speech on two, stopped or not', async () => {
  const whole = await checksumOf(speechTraining, 1);
  expect(await checksumResumed(speechTraining, 5, [2, 1])).toBe(whole);
});
