import { describe, expect, test } from 'vitest';
import type { TrainingConfig } from '../../../src/tasks/config/trainingSchema.ts';
import {
  DivergenceError,
  makeUpdates,
  noProgress,
  type Updates,
} from '../../../src/tasks/training/updates.ts';
import { warningsOf } from '../../../src/tasks/training/watch.ts';

/** Updates whose losses are given; one that is not finite is not applied. */
async function run(losses: readonly number[], training: object = {}, more: Partial<Updates> = {}) {
  const progress = noProgress();
  const [saves, warnings]: [number[], string[]] = [[], []];
  const outcome = makeUpdates({
    name: 'toy',
    training: { checkpointEverySteps: 100, ...training } as TrainingConfig,
    progress,
    steps: losses.length,
    stepsPerEpoch: 2,
    update(step) {
      const loss = losses[step - 1]!;
      return { epoch: 1, learningRate: 0.1, result: { loss, norm: 1, applied: Number.isFinite(loss) } };
    },
    explain: (step) => `The result of log at ${step} is not finite.`,
    async save(step) {
      saves.push(step);
    },
    onWarning: (step, text) => warnings.push(`${step}: ${text}`),
    ...more,
  });
  const completed = await outcome.catch((error: Error) => error);
  return { completed, progress, saves, warnings };
}

describe('a loss that is not finite', () => {
  test('ends the training with the last good state saved, and is explained', async () => {
    const { completed, saves } = await run([3, 2, Number.NaN, 1]);
    expect(completed).toBeInstanceOf(DivergenceError);
    expect((completed as Error).message).toBe(
      "Training of toy stopped at step 3: the loss is NaN and the gradient's norm 1. " +
        'The result of log at 3 is not finite. Try a lower learningRate.',
    );
    expect(saves).toEqual([2]);
  });

  test('is skipped and counted if asked', async () => {
    const { completed, progress, saves, warnings } = await run([3, Number.NaN, 2, Infinity], {
      onNonFinite: 'skip',
    });
    expect(completed).toBe(true);
    expect(progress).toMatchObject({ losses: [3, 3, 2, 2], skipped: [2, 4] });
    expect(saves).toEqual([4]);
    expect(warnings).toEqual([
      expect.stringMatching(/^2: update 2 is skipped \(1 so far\): the loss is NaN/),
      expect.stringMatching(/^4: update 4 is skipped \(2 so far\): the loss is Infinity/),
    ]);
  });

  test('ends the training all the same when it is the first, or one of too many in a row', async () => {
    expect((await run([Number.NaN], { onNonFinite: 'skip' })).completed).toBeInstanceOf(DivergenceError);
    const { completed, progress } = await run([1, ...new Array(30).fill(Number.NaN)], {
      onNonFinite: 'skip',
    });
    expect(completed).toBeInstanceOf(DivergenceError);
    expect(progress.skipped).toHaveLength(20);
  });
});

describe('a loss that no longer falls', () => {
  const flat = [4, 4, 2, 2, ...new Array(20).fill(2)];

  test('is told once', async () => {
    const { completed, warnings } = await run(flat, { plateauEpochs: 3 });
    expect(completed).toBe(true);
    expect(warnings).toEqual(['10: the loss has not fallen for 3 epochs']);
  });

  test('ends the training early if asked, with a checkpoint', async () => {
    const { completed, progress, saves, warnings } = await run(flat, { patienceEpochs: 2 });
    expect(completed).toBe(true);
    expect(progress.losses).toHaveLength(8);
    expect(saves).toEqual([8]);
    expect(warnings).toEqual(['8: it ends early: the loss has not fallen for 2 epochs']);
  });

  test('is judged by what is not trained on, where there is any', async () => {
    const falling = Array.from({ length: 20 }, (_, i) => 20 - i);
    const heldOut = [5, 4, 4.5, 4.6, 4.7, 4.8];
    const { progress } = await run(
      falling,
      { patienceEpochs: 3 },
      { heldOutLoss: () => heldOut[progressOf.calls++]! },
    );
    expect(progress.heldOut).toEqual([5, 4, 4.5, 4.6, 4.7]);
  });
  const progressOf = { calls: 0 };
});

test('a leap of the loss is told, once for several in a row', () => {
  const told = (losses: number[]) => warningsOf({ losses, heldOut: [] }, 1000, {});
  const calm = new Array(60).fill(1);
  expect(told([...calm, 3.9])).toEqual([]);
  expect(told([...calm, 9])).toEqual(['the loss leaps to 9.0 times the mean of the 50 updates before']);
  expect(told([...calm, 9, 9])).toEqual([]);
  expect(told([1, 9])).toEqual([]);
});

test('an abort saves and ends between two updates', async () => {
  const controller = new AbortController();
  const { completed, saves, progress } = await run(
    [3, 2, 1, 1],
    {},
    {
      signal: controller.signal,
      onUpdate: ({ step }) => step === 2 && controller.abort(),
    },
  );
  expect([completed, saves, progress.losses]).toEqual([false, [2], [3, 2]]);
});
