import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measured, type SetScores } from '../../../../src/tasks/experiments/measure.ts';
import type { RunEvent, RunJob } from '../../../../src/tasks/experiments/run.ts';
import { parseRunRecord } from '../../../../src/tasks/experiments/runRecord.ts';
import type { SpeechConfig } from '../../../../src/tasks/speech/config.ts';
import { evaluateRecogniser } from '../../../../src/tasks/speech/evaluate.ts';
import { executeRun } from '../../../../src/tasks/speech/experiments/executeRun.ts';
import { SPEECH_MEASURES } from '../../../../src/tasks/speech/experiments/task.ts';
import { loadRecogniser } from '../../../../src/tasks/speech/recogniser.ts';
import { configOf, corpus, folder } from '../letterCorpus.ts';

const config = { ...configOf(), models: configOf().models.slice(1) };
type Job = RunJob<SpeechConfig>;
const job = async (changes: Partial<Job> = {}): Promise<Job> => ({
  task: 'speech',
  id: 'compact/x',
  config,
  sets: ['train', 'test', 'other'],
  folder: await folder(),
  resume: false,
  cacheFolder: '',
  commit: 'abc',
  ...changes,
});
const hooks = (signal = new AbortController().signal) => {
  const steps: number[] = [];
  return {
    steps,
    signal,
    // The first event of a training tells where it begins.
    onEvent: (event: RunEvent) => void (event.kind === 'training' && steps.push(event.done)),
  };
};
const rateOf = (set: SetScores, key: string) =>
  measured(set, SPEECH_MEASURES.find((measure) => measure.key === key)!);

describe('a run', () => {
  test('trains, and counts errors as evaluation does, utterance by utterance', async () => {
    const made = await job();
    const { completed, record } = await executeRun(made, corpus, hooks());
    expect(completed).toBe(true);
    expect(record).toMatchObject({ id: 'compact/x', commit: 'abc', node: process.version, backend: 'wasm' });
    expect(record!.losses).toHaveLength(12);
    const recogniser = await loadRecogniser(made.folder);
    expect(record!.lstmParameters).toBe(recogniser.summary().lstmParameters);
    for (const set of made.sets) {
      const score = evaluateRecogniser(recogniser, corpus.sets[set]!);
      const errors = record!.sets[set]!;
      expect(errors.words).toEqual(corpus.sets[set]!.map(({ transcript }) => transcript.split(' ').length));
      expect(rateOf(errors, 'wer')).toBe(score.wer);
      expect(rateOf(errors, 'greedyWer')).toBe(score.greedyWer);
      expect(rateOf(errors, 'greedyLer')).toBe(score.greedyLer);
    }
    expect(
      parseRunRecord(JSON.parse(JSON.stringify(record)), 'compact/x', SPEECH_MEASURES, 'metrics.json'),
    ).toEqual(record);
  });

  test('that has been trained is scored on more sets without another update', async () => {
    const first = await job({ sets: ['train'] });
    const before = await executeRun(first, corpus, hooks());
    const again = hooks();
    const after = await executeRun({ ...first, sets: ['train', 'test'], resume: true }, corpus, again);
    expect(again.steps).toEqual([12]);
    expect(after.record!.losses).toEqual(before.record!.losses);
    expect(after.record!.sets['train']).toEqual(before.record!.sets['train']);
    expect(Object.keys(after.record!.sets)).toEqual(['train', 'test']);
  });

  test('that was interrupted goes on, and ends as one that was not', async () => {
    const whole = await executeRun(await job(), corpus, hooks());
    const made = await job();
    const controller = new AbortController();
    const stopped = await executeRun(made, corpus, {
      signal: controller.signal,
      onEvent: (event) => void (event.kind === 'training' && event.done === 7 && controller.abort()),
    });
    expect(stopped).toEqual({ completed: false });
    const rest = hooks();
    const resumed = await executeRun({ ...made, resume: true }, corpus, rest);
    expect(rest.steps.slice(0, 2)).toEqual([7, 8]);
    expect(resumed.record!.losses).toEqual(whole.record!.losses);
    expect(resumed.record!.sets).toEqual(whole.record!.sets);
  });

  test('that compresses another begins near to it, also when it is resumed', async () => {
    const dense = await job({
      id: 'dense/x',
      config: { ...configOf({ epochs: 20 }), models: configOf().models.slice(0, 1) },
    });
    const source = await executeRun(dense, corpus, hooks());
    const layers = [{ ...config.models[0]!.layers[0]!, input: { lowRank: 11 }, recurrent: { lowRank: 11 } }];
    const made = await job({
      config: { ...configOf({ epochs: 1, learningRate: 1e-9 }), models: [{ ...config.models[0]!, layers }] },
      from: dense.folder,
    });
    const controller = new AbortController();
    await executeRun(made, corpus, {
      signal: controller.signal,
      onEvent: (event) => void (event.kind === 'training' && event.done > 0 && controller.abort()),
    });
    const { record } = await executeRun({ ...made, resume: true }, corpus, hooks());
    // At such a rate nothing is learnt: all it knows is from the other.
    expect(record!.losses).toHaveLength(3);
    expect(record!.losses[0]).toBeLessThan(source.record!.losses[0]! / 3);
    expect(record!.maps).toBe('12 lowRank(11)/lowRank(11)');
  });

  test('tests the part of a cross-validation that it is of', async () => {
    const { record } = await executeRun(
      await job({ fold: { index: 0, of: 3 }, sets: ['test'] }),
      corpus,
      hooks(),
    );
    const all = Object.values(corpus.sets).flat().length;
    expect(record!.sets['test']!.words.length).toBeLessThan(all / 2);
    expect(record!.sets['test']!.words.length).toBeGreaterThan(0);
  });

  test('that diverges is a result: every word is an error', async () => {
    // The decay alone throws every weight to the other side of zero, nearly nine times as far.
    const training = {
      ...config.training,
      epochs: 40,
      optimizer: 'sgd' as const,
      learningRate: 10,
      weightDecay: 0.99,
      checkpointEverySteps: 1000,
    };
    const made = await job({ config: { ...config, training }, sets: ['test'] });
    const { completed, record } = await executeRun(made, corpus, hooks());
    expect(completed).toBe(true);
    expect(record!.diverged).toMatch(/stopped at step \d+: the loss is/);
    expect(rateOf(record!.sets['test']!, 'wer')).toBe(1);
    // The last state that was good is kept.
    expect(existsSync(join(made.folder, 'checkpoint.safetensors'))).toBe(true);
  });
});
