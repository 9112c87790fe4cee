import { describe, expect, test } from 'vitest';
import type * as Engine from '../../src/index.ts';
import {
  type Batch,
  batchOf,
  classes,
  isBuilt,
  module,
  options,
  outcome,
  parts,
  rnn,
  trainerOf,
} from './parallelTrainers.ts';

describe.runIf(isBuilt)('what goes wrong', () => {
  const trouble = (what: string, shard: number): Batch[] =>
    parts(3, 4).map((batch, i) =>
      i === shard ? { ...batchOf(2, 2, 'bad'), trouble: what, seed: i } : batch,
    );

  test.each([1, 2, 3])(
    'a step whose loss throws or is not finite changes nothing, on %i threads',
    async (threads) => {
      const trainer = await trainerOf({ shards: 4, threads });
      const undisturbed = await trainerOf({ shards: 4, threads });
      for (let step = 0; step < 6; step++) {
        for (const shard of [0, 2, 3]) {
          const infinite = await trainer.step(trouble('infinite', shard), options);
          expect(infinite).toMatchObject({ loss: Infinity, applied: false });
          await expect(trainer.step(trouble('throw', shard), options)).rejects.toThrow(
            `a bug with seed ${shard}`,
          );
        }
        const wrongShape = parts(step, 4).map((batch) => ({ ...batch, count: batch.count + 1 }));
        await expect(trainer.step(wrongShape, options)).rejects.toMatchObject({ name: 'InputError' });
        expect(await trainer.step(parts(step, 4), options)).toEqual(
          await undisturbed.step(parts(step, 4), options),
        );
      }
      expect(await outcome(trainer)).toEqual(await outcome(undisturbed));
    },
  );

  test('of several failures it is that of the first shard', async () => {
    const batches = parts(1, 4).map((_, i) => ({
      ...batchOf(1, 1),
      trouble: i > 0 ? 'throw' : undefined,
      seed: i,
    }));
    for (const threads of [1, 2, 4]) {
      const trainer = await trainerOf({ shards: 4, threads });
      await expect(trainer.step(batches, options)).rejects.toThrow('a bug with seed 1');
    }
  });

  test('a thread that ends takes the training with it', async () => {
    const trainer = await trainerOf({ shards: 4 });
    await trainer.step(parts(1, 4), options);
    await expect(trainer.step(trouble('exit', 2), options)).rejects.toThrow(
      'A training thread ended with status 3 and no result.',
    );
    await expect(trainer.step(parts(2, 4), options)).rejects.toThrow('ended with status 3');
    await expect(trainer.pull()).rejects.toThrow('ended with status 3');
  });

  test('an error that nobody awaits on a thread is not lost', async () => {
    const trainer = await trainerOf({ shards: 4 });
    await trainer.step(trouble('later', 1), options).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(trainer.step(parts(1, 4), options)).rejects.toThrow('too late');
  });

  test('an update that fails on one thread ends the training', async () => {
    const trainer = await trainerOf({ options: { optimizer: 'broken' } });
    await expect(trainer.step(parts(1, 2), options)).rejects.toThrow('the optimizer broke');
    await expect(trainer.step(parts(1, 2), options)).rejects.toThrow('the optimizer broke');
  });

  test('a step while another one runs, and one after the end, are refused', async () => {
    for (const threads of [1, 2]) {
      const trainer = await trainerOf({ threads });
      const first = trainer.step(parts(1, 2), options);
      if (threads > 1) {
        await expect(trainer.step(parts(1, 2), options)).rejects.toThrow(/the one before has not ended/);
      }
      expect((await first).applied).toBe(true);
      await trainer.close();
      await trainer.close();
      await expect(trainer.step(parts(1, 2), options)).rejects.toThrow('step: the trainer was closed.');
    }
  });

  test('closing while a step runs ends the step', async () => {
    const trainer = await trainerOf();
    const step = trainer.step(parts(1, 2), options);
    await Promise.all([expect(step).rejects.toThrow('step: the trainer was closed.'), trainer.close()]);
  });

  test.each<[RegExp, (threads: number) => Promise<unknown>]>([
    [/shards is 0, expected a whole number of at least 1/, () => trainerOf({ shards: 0 })],
    [/threads is 1\.5, expected a whole number/, () => trainerOf({ threads: 1.5 })],
    [/module is \.\/task\.js, expected an absolute URL/, () => trainerOf({ module: './task.js' })],
    [/module is null, expected an absolute URL/, () => trainerOf({ module: null as never })],
    [
      /The module .*none\.mjs could not be loaded: /,
      (threads) => trainerOf({ threads, module: new URL('./none.mjs', import.meta.url) }),
    ],
    [
      /The default export of .* is nothing, expected a function that makes a task/,
      (threads) => trainerOf({ threads, module: 'data:text/javascript,export const task = 1' }),
    ],
    [
      /The task of .* has nothing as items, expected a function/,
      (threads) =>
        trainerOf({ threads, module: 'data:text/javascript,export default () => ({ loss() {} })' }),
    ],
  ])('%s', async (message, start) => {
    for (const threads of [1, 2]) {
      await expect(start(threads)).rejects.toThrow(message);
      await expect(start(threads)).rejects.toMatchObject({ name: 'InputError' });
    }
  });

  test('of module and task exactly one is given, and a task itself for one thread only', async () => {
    const task = classes.default();
    const parameters = classes.model.initialise(1);
    const { parallelTrainer } = rnn;
    const refused: [Promise<unknown>, string][] = [
      // @ts-expect-error: neither.
      [parallelTrainer({ parameters }), 'neither module nor task is given, expected one of them.'],
      [
        // @ts-expect-error: both.
        parallelTrainer({ parameters, module, task }),
        'module and task are both given, expected one of them.',
      ],
      [
        // @ts-expect-error: more than one thread.
        parallelTrainer({ parameters, task, threads: 2 }),
        'threads is 2 with task, expected 1, or module, of which every thread makes the task.',
      ],
      [
        // @ts-expect-error: what makes the task.
        parallelTrainer({ parameters, task: classes.default }),
        'task has nothing as loss, expected a function.',
      ],
    ];
    for (const [trainer, message] of refused) {
      await expect(trainer).rejects.toThrow(new rnn.InputError(`parallelTrainer: ${message}`));
    }
  });

  test('a module in a data: URL, of which bundlers make some, is named by its beginning', async () => {
    const text = `import 'nowhere'; // ${'a long module '.repeat(100)}`;
    const data = `data:text/javascript;base64,${btoa(text)}`;
    const error = await trainerOf({ module: data }).catch((error: Error) => error);
    expect((error as Error).message).toMatch(
      /^The module data:text\/javascript;base64,[\w+/]{17}… could not be loaded: /,
    );
    expect((error as Error).message.length).toBeLessThan(400);
  });

  test.each<[RegExp, Partial<Engine.ParallelStepOptions>, (batch: Batch) => unknown[]]>([
    [/1 batches were given, expected one for each of 2 shards/, {}, (batch) => [batch]],
    [/batch 1 has 1\.5 items, expected a whole/, {}, (b) => [b, { ...b, classes: { length: 1.5 } }]],
    [/no batch has any item/, {}, (batch) => [batch, batch].map((one) => ({ ...one, classes: [] }))],
    [/clipNorm is NaN, expected a number of at least 0/, { clipNorm: Number.NaN }, (batch) => [batch, batch]],
  ])('%s', async (message, changes, batches) => {
    for (const threads of [1, 2]) {
      const trainer = await trainerOf({ threads });
      const step = () => trainer.step(batches(batchOf(1, 1)) as Batch[], { ...options, ...changes });
      await expect(step()).rejects.toThrow(message);
      await expect(step()).rejects.toMatchObject({ name: 'InputError' });
      expect((await trainer.step(parts(1, 2), options)).applied).toBe(true);
    }
  });

  test('what cannot be sent to a thread is said', async () => {
    await expect(trainerOf({ options: { optimizer: 'sgd', f: () => 1 } })).rejects.toThrow(
      /something cannot be sent to a thread: .*could not be cloned/,
    );
    const trainer = await trainerOf();
    const batch = { ...batchOf(1, 1), f: () => 1 };
    await expect(trainer.step([batch, batch], options)).rejects.toThrow(/cannot be sent to a thread/);
  });

  test('an optimizer that keeps something for all parameters together is refused', async () => {
    await expect(trainerOf({ options: { optimizer: 'global' } })).rejects.toThrow(
      /the optimizer keeps of \d+ for all parameters together, expected one that keeps something for each/,
    );
  });
});
