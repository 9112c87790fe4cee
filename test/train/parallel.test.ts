import { describe, expect, test } from 'vitest';
import type * as Engine from '../../src/index.ts';
import {
  type Batch,
  batchOf,
  bits,
  classes,
  isBuilt,
  options,
  outcome,
  parts,
  rnn,
  trainerOf,
} from './parallelTrainers.ts';

describe.runIf(isBuilt)('parallelTrainer', () => {
  test.each([
    [2, 'adam'],
    [4, 'adam'],
    [4, 'sgd'],
  ])(
    '%i shards with %s: one, two and three threads give the same to the last bit',
    async (shards, optimizer) => {
      const all = await Promise.all(
        [1, 2, 3].map((threads) => trainerOf({ options: { optimizer, dropout: 0.2 }, shards, threads })),
      );
      for (let step = 0; step < 12; step++) {
        const batches = parts(step, shards);
        const [one, ...others] = await Promise.all(all.map((trainer) => trainer.step(batches, options)));
        expect(one.applied).toBe(true);
        for (const other of others) expect(other).toEqual(one);
      }
      const [one, ...others] = await Promise.all(all.map(outcome));
      expect(one.step).toBe(12);
      for (const other of others) expect(other).toEqual(one);
    },
  );

  test('unequal shards come to what trainStep makes of the whole batch, in float64', async () => {
    const home = { dtype: 'float64', backend: rnn.backend('reference') } as const;
    const start = () => classes.model.initialise(1, home);
    const task = { ...home, backend: 'reference', optimizer: 'sgd' };
    const whole = batchOf(3, 7, 'whole');
    // Sequences 0 to 1, none, 2 to 6 and none.
    const cut = [0, 2, 2, 7, 7];
    const sequences = (from: number, to: number): Batch => {
      const rows = [0, 1, 2].flatMap((t) => Array.from({ length: to - from }, (_, b) => 7 * t + from + b));
      return {
        ...whole,
        count: to - from,
        values: Float64Array.from(rows.flatMap((row) => [...whole.values.subarray(3 * row, 3 * row + 3)])),
        classes: rows.map((row) => whole.classes[row]),
      };
    };
    const shards = cut.slice(1).map((to, i) => sequences(cut[i], to));
    const expected = start();
    const { loss, optimizer } = classes.default(task);
    const plain = optimizer(expected);
    const trainer = await trainerOf({ parameters: start(), options: task, shards: 4, threads: 2 });
    for (let step = 0; step < 3; step++) {
      const wanted = rnn.trainStep((p) => loss(p, sequences(0, 7)), expected, plain, options);
      const found = await trainer.step(shards, options);
      expect(found.loss).toBeCloseTo(wanted.loss, 12);
      expect(found.norm).toBeCloseTo(wanted.norm, 12);
    }
    await trainer.pull();
    for (const [name, values] of Object.entries(bits(expected))) {
      trainer.parameters[name].dataSync().forEach((value, i) => {
        expect(value, name).toBeCloseTo(values[i], 12);
      });
    }
  });

  test('a task itself trains on the calling thread as its module does on two, to the last bit', async () => {
    const byModule = await trainerOf({ options: { optimizer: 'sgd' }, threads: 2 });
    const parameters = classes.model.initialise(1);
    const itself = await rnn.parallelTrainer({ task: classes.default({ optimizer: 'sgd' }), parameters });
    for (let step = 0; step < 5; step++) {
      const batches = parts(step, 2);
      expect(await itself.step(batches, options)).toEqual(await byModule.step(batches, options));
    }
    expect(await outcome(itself)).toEqual(await outcome(byModule));
  });

  test('one shard is trainStep, to the last bit', async () => {
    const parameters = classes.model.initialise(1);
    const { loss, optimizer } = classes.default({ dropout: 0.3 });
    const plain = optimizer(parameters);
    const trainer = await trainerOf({ options: { dropout: 0.3 }, shards: 1, threads: 5 });
    for (let step = 0; step < 5; step++) {
      const batch = batchOf(4, 3, step);
      const wanted = rnn.trainStep((p) => loss(p, batch), parameters, plain, options);
      expect(await trainer.step([batch], options)).toEqual(wanted);
    }
    expect((await outcome(trainer)).parameters).toEqual(bits(parameters));
  });

  test('goes on from what the caller puts into parameters and optimizer, on another number of threads', async () => {
    const whole = await trainerOf({ shards: 3, threads: 2 });
    for (let step = 0; step < 8; step++) await whole.step(parts(step, 3), options);
    const before = await trainerOf({ shards: 3, threads: 3 });
    for (let step = 0; step < 5; step++) await before.step(parts(step, 3), options);
    const saved = await outcome(before);
    for (const threads of [1, 2]) {
      const after = await trainerOf({ shards: 3, threads });
      // What it is made to forget.
      await after.step(parts(77, 3), options);
      for (const [name, values] of Object.entries(saved.parameters)) {
        after.parameters[name].storage.overwrite(values);
      }
      for (const [name, values] of Object.entries(saved.moments)) {
        after.optimizer.state.tensors[name].storage.overwrite(values);
      }
      after.optimizer.state.step = saved.step;
      for (let step = 5; step < 8; step++) await after.step(parts(step, 3), options);
      expect(await outcome(after)).toEqual(await outcome(whole));
    }
  });

  test('takes what the caller overwrites between steps, and leaves the rest as it is', async () => {
    const outcomes = [1, 2].map(async (threads) => {
      const trainer = await trainerOf({ threads });
      for (let step = 0; step < 3; step++) await trainer.step(parts(step, 2), options);
      const { parameters, optimizer } = trainer;
      parameters['head.bias'].storage.overwrite(Float32Array.of(1, 2, 3, 4));
      await trainer.step(parts(3, 2), options);
      optimizer.state.tensors['m.head.weight'].storage.overwrite(new Float32Array(20).fill(0.1));
      await trainer.step(parts(4, 2), options);
      optimizer.state.step = 1;
      await trainer.step(parts(5, 2), options);
      return outcome(trainer);
    });
    const [one, two] = await Promise.all(outcomes);
    expect(two).toEqual(one);
    expect(one.step).toBe(2);
    const untouched = await trainerOf({ threads: 2 });
    for (let step = 0; step < 6; step++) await untouched.step(parts(step, 2), options);
    expect((await outcome(untouched)).parameters).not.toEqual(one.parameters);
  });

  test('has nothing newer before the first step', async () => {
    const trainer = await trainerOf();
    const start = bits(trainer.parameters);
    expect(await outcome(trainer)).toMatchObject({ step: 0, parameters: start });
  });

  test('tells the time of the ops, of all threads together', async () => {
    for (const threads of [1, 2]) {
      const trainer = await trainerOf({ threads });
      const profile: Engine.Profile = new Map([['lstmSequence', 1000]]);
      await trainer.step(parts(1, 2), { ...options, profile });
      expect(profile.get('lstmSequence')).toBeGreaterThan(1000);
      expect(profile.get('matmul')).toBeGreaterThan(0);
    }
  });
});
