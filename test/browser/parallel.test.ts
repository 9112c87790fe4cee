import { afterEach, expect, it, vi } from 'vitest';
import { parallelTrainer } from '../../src/index.ts';
import { type Batch, model } from './tasks/classes.ts';

const batch = (step: number, count: number): Batch => ({
  count,
  values: Float32Array.from({ length: 6 * count }, (_, i) => Math.sin(i * i + step / 9)),
  classes: Array.from({ length: 2 * count }, (_, row) => row % 4),
});

/** Losses and parameters of a few updates. */
async function train(threads: number) {
  const parameters = model.initialise(1);
  const module = new URL('./tasks/classes.ts', import.meta.url);
  const trainer = await parallelTrainer<Batch>({ module, parameters, threads });
  const losses: number[] = [];
  for (let step = 0; step < 6; step++) {
    const { loss } = await trainer.step([batch(step, 1), batch(step, 3)], { learningRate: 0.05 });
    losses.push(loss);
  }
  const none = { ...batch(0, 1), values: new Float32Array(0) };
  await expect(trainer.step([none, none], { learningRate: 1 })).rejects.toThrow('a batch without values');
  await trainer.pull();
  await trainer.close();
  return { losses, parameters: Object.values(parameters).map((parameter) => parameter.dataSync()) };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('trains on two threads of a cross-origin isolated page as on one, to the last bit', async () => {
  expect(crossOriginIsolated).toBe(true);
  const one = await train(1);
  expect(one.losses[5]).toBeLessThan(one.losses[0]);
  expect(await train(2)).toEqual(one);
});

it('says what a page needs for threads where it is not isolated, and trains on one', async () => {
  vi.stubGlobal('crossOriginIsolated', false);
  expect((await train(1)).losses).toHaveLength(6);
  await expect(train(2)).rejects.toThrow(
    /^parallelTrainer: threads share memory, .* Cross-Origin-Opener-Policy: same-origin and .*, or threads: 1\.$/,
  );
});
