import { createHash } from 'node:crypto';
import { InputError } from '../../../errors.ts';
import type { Fold } from '../../experiments/experiment.ts';
import type { Corpus, Utterance } from '../corpus.ts';

/**
 * A corpus split anew for one part of a cross-validation: its utterances of all sets are dealt into `of` equal parts by
 * the hash of their text, so that what is tested was never trained on, whoever said it. One part is the test set, the
 * next the development set, the others are trained on; over all folds every utterance is tested once.
 *
 * @throws InputError unless there are at least 3 parts and as many texts
 */
export function foldOf(corpus: Corpus, { index, of }: Fold): Corpus {
  const utterances = Object.values(corpus.sets).flat();
  const texts = [...new Set(utterances.map(({ transcript }) => transcript))];
  if (!Number.isInteger(of) || of < 3 || !Number.isInteger(index) || index < 0 || index >= of) {
    throw new InputError(`the fold is ${index} of ${of}; expected 0 or more of at least 3`);
  }
  if (texts.length < of) {
    throw new InputError(
      `corpus ${corpus.name} has ${texts.length} texts; expected at least ${of} for ${of} folds`,
    );
  }
  const order = texts.map((text) => ({ text, hash: createHash('sha256').update(text).digest('hex') }));
  order.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const partOf = new Map(order.map(({ text }, rank) => [text, rank % of]));
  const sets = { train: [] as Utterance[], development: [] as Utterance[], test: [] as Utterance[] };
  for (const utterance of utterances) {
    const distance = (partOf.get(utterance.transcript)! - index + of) % of;
    sets[distance === 0 ? 'test' : distance === 1 ? 'development' : 'train'].push(utterance);
  }
  return { ...corpus, sets };
}
