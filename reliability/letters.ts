import type { Corpus, Utterance } from '../src/tasks/speech/corpus.ts';
import { random } from '../src/tensor/random.ts';

/* A corpus so small that a network learns it in seconds: utterances whose frames tell their letters. */

export const bands = 6;

/** An utterance of six frames of each letter's own pattern, and a little noise. */
export function utterance(transcript: string, id: string): Utterance {
  const [frames, noise] = [6 * transcript.length, random('noise', id)];
  const features = new Float32Array(frames * bands);
  for (let t = 0; t < frames; t++) {
    const pattern = random('letter', transcript[Math.floor(t / 6)]!);
    for (let i = 0; i < bands; i++) {
      // A letter's last frames are silent, so that equal neighbours are told apart.
      features[t * bands + i] = (t % 6 < 4 ? 2 * pattern.normal() : 0) + 0.1 * noise.normal();
    }
  }
  return { id, voice: 'v', transcript, frames, features };
}

const sentences = [
  'a cab',
  'bad cab',
  'a bad',
  'cab',
  'dab a',
  'bad',
  'add a cab',
  'dab',
  'a dab',
  'cab dab',
  'bad a',
  'add',
];

/** A dozen utterances for training, and three of the same words for testing. */
export const letters: Corpus = {
  name: 'letters',
  bands,
  sets: {
    train: sentences.map((text, i) => utterance(text, `train-${i}`)),
    development: [],
    test: ['dab cab', 'a bad cab', 'add'].map((text, i) => utterance(text, `test-${i}`)),
    other: [utterance('cab a', 'other-0')],
  },
};
