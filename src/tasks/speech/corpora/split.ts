import { createHash } from 'node:crypto';

/** The sets that every corpus has. */
export type SetName = 'train' | 'development' | 'test';

/**
 * The set that a sentence belongs to, by the SHA-256 of its text: 80 % train, 10 % development, 10 % test.
 * The same sentence is always in the same set, so none that is tested was ever trained on, whoever said it
 * and however large the corpus grows.
 */
export function setOf(transcript: string): SetName {
  const share = shareOf(transcript);
  return share < 0.8 ? 'train' : share < 0.9 ? 'development' : 'test';
}

/**
 * The sets of all sentences of a corpus that may be small: as `setOf`, but where that leaves the development or the test
 * set empty, it gets the training sentence that came nearest to it, as long as one is left to train on.
 */
export function splitSentences(transcripts: Iterable<string>): ReadonlyMap<string, SetName> {
  const sets = new Map(Array.from(transcripts, (text) => [text, setOf(text)]));
  for (const needed of ['test', 'development'] as const) {
    if ([...sets.values()].includes(needed)) continue;
    const training = [...sets.keys()].filter((text) => sets.get(text) === 'train');
    training.sort((a, b) => shareOf(b) - shareOf(a));
    if (training.length > 1) sets.set(training[0], needed);
  }
  return sets;
}

/** Uniform in [0, 1), by the text alone. */
const shareOf = (transcript: string): number =>
  createHash('sha256').update(transcript).digest().readUInt32LE(0) / 2 ** 32;
