import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { random } from '../../../src/index.ts';
import { parseConfig, type SpeechConfig } from '../../../src/tasks/speech/config.ts';
import type { Corpus, Utterance } from '../../../src/tasks/speech/corpus.ts';
import type { TrainingEvent } from '../../../src/tasks/speech/results.ts';
import { type TrainRequest, trainRecogniser } from '../../../src/tasks/speech/train.ts';

export const bands = 6;

/** An utterance whose frames tell its letters: six frames of each letter's own pattern, and a little noise. */
export function utterance(transcript: string, id: string): Utterance {
  const [frames, noise] = [6 * transcript.length, random('noise', id)];
  const features = new Float32Array(frames * bands);
  for (let t = 0; t < frames; t++) {
    const pattern = random('letter', transcript[Math.floor(t / 6)]);
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
export const corpus: Corpus = {
  name: 'letters',
  bands,
  sets: {
    train: sentences.map((text, i) => utterance(text, `train-${i}`)),
    development: [],
    test: ['dab cab', 'a bad cab', 'add'].map((text, i) => utterance(text, `test-${i}`)),
    other: [utterance('cab a', 'other-0')],
  },
};

/** The corpus with other training utterances. */
export const withTraining = (train: readonly Utterance[]): Corpus => ({
  ...corpus,
  sets: { ...corpus.sets, train },
});

/** A small run; `changes` go into its training section. */
export function configOf(changes: object = {}, rest: object = {}): SpeechConfig {
  return parseConfig(
    {
      corpus: 'letters',
      seed: 3,
      features: { stack: 2 },
      training: {
        epochs: 4,
        batchSize: 4,
        learningRate: 0.02,
        warmupSteps: 2,
        checkpointEverySteps: 5,
        dropout: 0.1,
        ...changes,
      },
      models: [
        { name: 'dense', layers: [{ hidden: 12 }] },
        {
          name: 'compact',
          layers: [
            { hidden: 12, input: 'circulant', recurrent: 'circulant' },
            { hidden: 12, input: { lowRank: 4 }, recurrent: { sharedLowRank: 6 } },
          ],
        },
      ],
      ...rest,
    },
    'letters.yaml',
  );
}

/** A folder of its own for each call, removed after the tests of the file. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'compact-rnn-test-'));
  folders.push(path);
  return path;
}

const folders: string[] = [];
afterAll(async () => {
  for (const path of folders) await rm(path, { recursive: true, force: true });
});

/** Trains, and gathers what is reported on the way. */
export async function train(request: Partial<TrainRequest> = {}) {
  const events: TrainingEvent[] = [];
  const where = request.folder ?? (await folder());
  const outcome = await trainRecogniser({
    config: configOf(),
    model: 'compact',
    corpus,
    resume: false,
    ...request,
    folder: where,
    onEvent: (event) => {
      events.push(event);
      request.onEvent?.(event);
    },
  });
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  return { ...outcome, folder: where, events, losses };
}
