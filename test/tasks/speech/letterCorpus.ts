import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { letters as corpus } from '../../../reliability/letters.ts';
import { parseConfig, type SpeechConfig } from '../../../src/tasks/speech/config.ts';
import type { Corpus, Utterance } from '../../../src/tasks/speech/corpus.ts';
import type { TrainingEvent } from '../../../src/tasks/speech/results.ts';
import { type TrainRequest, trainRecogniser } from '../../../src/tasks/speech/train.ts';

export { bands, letters as corpus, utterance } from '../../../reliability/letters.ts';

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
