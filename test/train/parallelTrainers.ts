import { existsSync } from 'node:fs';
import { afterEach } from 'vitest';
import type * as Engine from '../../src/index.ts';

/** Threads run compiled files, so the built package is tested; `npm test` builds it first. */
const built = new URL('../../dist/lib/index.js', import.meta.url);
export const isBuilt = existsSync(built);
export const rnn = (isBuilt ? await import(built.href) : undefined) as typeof Engine;
export const module = new URL('./tasks/classes.mjs', import.meta.url);
export const classes = (isBuilt ? await import(module.href) : undefined) as {
  model: Engine.RecurrentModel;
  default(options?: object): Engine.ParallelTask<Batch>;
};

export interface Batch {
  readonly time: number;
  readonly count: number;
  readonly values: Float32Array | Float64Array;
  readonly classes: readonly number[];
  readonly seed: number;
  readonly trouble?: string;
}

/** `count` sequences of `time` steps. */
export function batchOf(time: number, count: number, ...keys: (number | string)[]): Batch {
  const stream = rnn.random('batch', ...keys);
  return {
    time,
    count,
    values: Float32Array.from({ length: time * count * 3 }, () => stream.normal()),
    classes: Array.from({ length: time * count }, () => stream.integer(4)),
    seed: stream.bits(),
  };
}

/** The parts of a batch, of different lengths and widths; some have nothing in them. */
export function parts(step: number, shards: number): Batch[] {
  const stream = rnn.random('parts', step);
  const all = Array.from({ length: shards }, (_, shard) =>
    batchOf(1 + stream.integer(5), stream.integer(4), step, shard),
  );
  return all.every(({ count }) => count === 0) ? parts(step + 1000, shards) : all;
}

const trainers: Engine.ParallelTrainer<Batch>[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.close()));
});

export async function trainerOf(options: Partial<Engine.ParallelModuleOptions> = {}) {
  const parameters = classes.model.initialise(1);
  const trainer = await rnn.parallelTrainer<Batch>({ module, parameters, ...options });
  trainers.push(trainer);
  return trainer;
}

export const options = { learningRate: 0.02, clipNorm: 0.4 };
export const bits = (tensors: Engine.Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync()]));

/** Everything that a training leaves. */
export async function outcome(trainer: Engine.ParallelTrainer<Batch>) {
  await trainer.pull();
  const { step, tensors } = trainer.optimizer.state;
  return { step, parameters: bits(trainer.parameters), moments: bits(tensors) };
}
