import { InputError } from '../../errors.ts';
import type { Corpus } from './corpus.ts';

/** Throws InputError naming the first training utterance that has a feature which is not finite. */
export function checkTrainingSet({ name, sets }: Corpus): void {
  for (const { id, features } of sets.train ?? []) {
    if (!features.every(Number.isFinite)) {
      throw new InputError(`The features of ${id} in ${name} hold a number that is not finite.`);
    }
  }
}

/** A corpus of the training set alone, whose features lie in memory that threads share: sending it copies none of them. */
export function sharedTrainingSet(corpus: Corpus): Corpus {
  const train = corpus.sets.train ?? [];
  const total = train.reduce((size, { features }) => size + features.length, 0);
  const all = new Float32Array(new SharedArrayBuffer(total * Float32Array.BYTES_PER_ELEMENT));
  let start = 0;
  const shared = train.map((utterance) => {
    const features = all.subarray(start, start + utterance.features.length);
    features.set(utterance.features);
    start += features.length;
    return { ...utterance, features };
  });
  return { ...corpus, sets: { train: shared } };
}
