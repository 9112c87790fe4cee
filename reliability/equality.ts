import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../src/tasks/speech/config.ts';
import { trainNetwork } from '../src/tasks/speech/train.ts';
import { CHECKPOINT } from '../src/tasks/training/savedTensors.ts';
import { random } from '../src/tensor/random.ts';
import { inFolder } from './folder.ts';
import { letters } from './letters.ts';
import { trainOnStream } from './stream.ts';

/* Equal trainings leave equal bytes: whether interrupted or not, and on any number of threads. */

const speech = parseConfig(
  {
    corpus: 'letters',
    features: { stack: 2 },
    training: { epochs: 4, batchSize: 4, learningRate: 0.02, warmupSteps: 2, shards: 3 },
    models: [
      {
        name: 'compact',
        layers: [
          { hidden: 8, input: 'circulant', recurrent: 'circulant' },
          { hidden: 8, input: { lowRank: 2 }, recurrent: { sharedLowRank: 4 } },
        ],
      },
    ],
  },
  'letters',
);

/** A training that can be stopped after an update and gone on with. */
export interface Stoppable {
  readonly steps: number;
  run(folder: string, how: { resume: boolean; threads: number; stopAt?: number }): Promise<unknown>;
}

/** Speech with CTC, in three shards: 12 updates in 4 epochs. */
export const speechTraining: Stoppable = {
  steps: 12,
  run(folder, { resume, threads, stopAt }) {
    const controller = new AbortController();
    return trainNetwork({
      config: speech,
      model: 'compact',
      corpus: letters,
      folder,
      resume,
      threads,
      signal: controller.signal,
      onEvent(event) {
        if (event.kind === 'step' && event.step === stopAt) controller.abort();
      },
    });
  },
};

/** Classes of a stream whose state is carried from batch to batch: 60 updates in 10 epochs. */
export const streamTraining: Stoppable = {
  steps: 60,
  run(folder, { resume, stopAt }) {
    const controller = new AbortController();
    return trainOnStream({
      steps: 60,
      folder,
      resume,
      signal: controller.signal,
      onProgress({ step }) {
        if (step === stopAt) controller.abort();
      },
    });
  },
};

/** SHA-256 of the checkpoint that a whole training leaves. */
export const checksumOf = (training: Stoppable, threads: number): Promise<string> =>
  inFolder(async (folder) => {
    await training.run(folder, { resume: false, threads });
    return checksumIn(folder);
  });

/** The same after a stop at update `stopAt`, with other numbers of threads before and after it. */
export const checksumResumed = (training: Stoppable, stopAt: number, threads: readonly [number, number]) =>
  inFolder(async (folder) => {
    await training.run(folder, { resume: false, threads: threads[0], stopAt });
    await training.run(folder, { resume: true, threads: threads[1] });
    return checksumIn(folder);
  });

/** Stops trainings at `count` random updates, goes on, and counts those that do not end as the whole one. */
export async function resumeAtRandom(training: Stoppable, count: number, threads: number): Promise<number> {
  const whole = await checksumOf(training, 1);
  const { integer } = random('resume', training.steps);
  let mismatches = 0;
  for (let i = 0; i < count; i++) {
    const stopAt = 1 + integer(training.steps - 1);
    const pair = [1 + integer(threads), 1 + integer(threads)] as const;
    if ((await checksumResumed(training, stopAt, pair)) !== whole) mismatches++;
  }
  return mismatches;
}

const checksumIn = async (folder: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(folder, CHECKPOINT)))
    .digest('hex');
