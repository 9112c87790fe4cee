import { createHash } from 'node:crypto';
import type { Corpus } from './corpus.ts';

/**
 * SHA-256, in hexadecimal, of what a training and its scores depend on: the utterances of every set in their order, with
 * their ids, letters and features. The corpus' name and its speakers decide nothing, nor does where it lies.
 */
export function corpusChecksum({ bands, sets }: Corpus): string {
  const hash = createHash('sha256').update(`${bands}`);
  for (const [set, utterances] of Object.entries(sets)) {
    hash.update(JSON.stringify([set, utterances.length]));
    for (const { id, transcript, frames, features } of utterances) {
      hash.update(JSON.stringify([id, transcript, frames, features.length]));
      hash.update(new Uint8Array(features.buffer, features.byteOffset, features.byteLength));
    }
  }
  return hash.digest('hex');
}
