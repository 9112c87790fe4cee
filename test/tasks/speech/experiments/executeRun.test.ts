import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluateRecogniser } from '../../../../src/tasks/speech/evaluate.ts';
import { executeRun, type RunJob } from '../../../../src/tasks/speech/experiments/executeRun.ts';
import { parseRunRecord, rateOf } from '../../../../src/tasks/speech/experiments/runRecord.ts';
import { loadRecogniser } from '../../../../src/tasks/speech/recogniser.ts';
import { configOf, corpus, folder } from '../letterCorpus.ts';

const config = { ...configOf(), models: configOf().models.slice(1) };
const job = async (changes: Partial<RunJob> = {}): Promise<RunJob> => ({
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
    onEvent: (event: { kind: string; step?: number }) =>
      void (event.kind === 'step' && steps.push(event.step!)),
  };
};

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
    expect(parseRunRecord(JSON.parse(JSON.stringify(record)), 'compact/x', 'metrics.json')).toEqual(record);
  });

  test('that has been trained is scored on more sets without another update', async () => {
    const first = await job({ sets: ['train'] });
    const before = await executeRun(first, corpus, hooks());
    const again = hooks();
    const after = await executeRun({ ...first, sets: ['train', 'test'], resume: true }, corpus, again);
    expect(again.steps).toEqual([]);
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
      onEvent: (event) => void (event.kind === 'step' && event.step === 7 && controller.abort()),
    });
    expect(stopped).toEqual({ completed: false });
    const rest = hooks();
    const resumed = await executeRun({ ...made, resume: true }, corpus, rest);
    expect(rest.steps[0]).toBe(8);
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
      onEvent: (event) => void (event.kind === 'step' && controller.abort()),
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
    expect(existsSync(join(made.folder, 'checkpoint.safetensors'))).toBe(false);
  });
});

describe('a record', () => {
  const set = { words: [1], wordErrors: [0], greedyWordErrors: [0], letters: [3], greedyLetterErrors: [1] };
  const good = { id: 'a', lstmParameters: 1, seconds: 1, losses: [], sets: { test: set } };
  test.each([
    ['of another run', { ...good, id: 'b' }],
    ['of nothing', null],
    ['without sets', { ...good, sets: undefined }],
    ['with a set of unequal columns', { ...good, sets: { test: { ...set, words: [1, 2] } } }],
    ['with errors that are no counts', { ...good, sets: { test: { ...set, wordErrors: [-1] } } }],
  ])('%s is refused', (_, value) => {
    expect(() => parseRunRecord(value, 'a', 'x/metrics.json')).toThrow(
      'x/metrics.json does not hold the metrics of run a; remove it to make the run again',
    );
  });
});
