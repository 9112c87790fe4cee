import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCheckpoint } from '../../../src/io/checkpoint.ts';
import type { TrainingEvent } from '../../../src/tasks/speech/results.ts';
import type * as Training from '../../../src/tasks/speech/train.ts';
import { CHECKPOINT } from '../../../src/tasks/training/savedTensors.ts';
import { configOf, corpus, folder, train } from './letterCorpus.ts';

/** Threads run compiled files; `npm test` builds them first. */
const built = new URL('../../../dist/src/tasks/speech/train.js', import.meta.url);
const { trainRecogniser } = (existsSync(built) ? await import(built.href) : {}) as typeof Training;

/** Trains on threads, until after the step `until` where that is given. */
async function trainOn(threads: number, request: Partial<Training.TrainRequest> = {}, until?: number) {
  const where = request.folder ?? (await folder());
  const losses: number[] = [];
  const controller = new AbortController();
  const outcome = await trainRecogniser({
    config: configOf({ shards: 3 }),
    model: 'compact',
    corpus,
    resume: false,
    ...request,
    threads,
    folder: where,
    signal: controller.signal,
    onEvent(event: TrainingEvent) {
      if (event.kind !== 'step') return;
      losses.push(event.loss);
      if (event.step === until) controller.abort();
    },
  });
  const { tensors } = await loadCheckpoint(join(where, CHECKPOINT));
  return { ...outcome, losses, tensors, folder: where };
}

describe.runIf(existsSync(built))('a training on threads', () => {
  test.each(['adam', 'sgd'])('leaves the same checkpoint as on one, with %s', async (optimizer) => {
    const config = configOf({ shards: 3, optimizer, learningRate: 0.01, epochs: 2 });
    const one = await trainOn(1, { config });
    // The sources, in this thread.
    const { losses } = await train({ config });
    expect(one.losses).toEqual(losses);
    for (const threads of [2, 8]) {
      const { losses, tensors, metrics } = await trainOn(threads, { config });
      expect(losses).toEqual(one.losses);
      expect(tensors).toEqual(one.tensors);
      expect(metrics!.heldOutWer).toBe(one.metrics!.heldOutWer);
      expect(metrics!.lstmGflops).toBeGreaterThan(0);
    }
  });

  test('goes on after an interruption as it would have, on another number of threads', async () => {
    const config = configOf({ shards: 3, epochs: 3 });
    const whole = await trainOn(1, { config });
    for (const [before, after] of [
      [1, 2],
      [2, 1],
      [3, 2],
    ]) {
      const first = await trainOn(before!, { config }, 5);
      expect(first.completed).toBe(false);
      const second = await trainOn(after!, { config, folder: first.folder, resume: true });
      expect([...first.losses, ...second.losses]).toEqual(whole.losses);
      expect(second.tensors).toEqual(whole.tensors);
    }
  });

  test('uses one thread where there is one shard', async () => {
    const config = configOf({ epochs: 1 });
    expect((await trainOn(2, { config })).tensors).toEqual((await trainOn(1, { config })).tensors);
  });

  test('that diverges says so, whatever the number of threads', async () => {
    // The decay alone throws every weight to the other side of zero, nearly nine times as far.
    const wild = { optimizer: 'sgd', learningRate: 10, weightDecay: 0.99 };
    const config = configOf({ shards: 3, epochs: 40, checkpointEverySteps: 1000, ...wild });
    const messages: string[] = [];
    for (const threads of [1, 2]) {
      const error = await trainOn(threads, { config }).catch((reason) => reason);
      expect(error.constructor.name).toBe('DivergenceError');
      messages.push(error.message);
    }
    expect(messages[0]).toMatch(/^Training of compact stopped at step \d+: the loss is/);
    expect(messages[1]).toBe(messages[0]);
  });
});
