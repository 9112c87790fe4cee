import { expect, test } from 'vitest';
import { planRuns } from '../../../../src/tasks/speech/experiments/plan.ts';
import { gatherResults } from '../../../../src/tasks/speech/experiments/results.ts';
import { experiment, recordOfRun, runAll, validated } from './fakes.ts';

const origin = { command: 'compact-rnn reproduce small', commit: 'abc', node: 'v20' };

/** Per cent of test words that each model gets wrong, by seed. */
const wrong: Record<string, number[]> = { dense: [4, 6], hybrid: [5, 6], 'narrow-dense': [9] };
const { records, recordOf } = runAll(experiment, (run, set) =>
  set === 'test' ? wrong[run.model]![run.config.seed - 1]! : set === 'other' ? 30 : 10,
);

test('the figures are those of the runs', () => {
  const results = gatherResults(experiment, planRuns(experiment, recordOf), recordOf, origin);
  expect(results).toMatchObject({
    name: 'small',
    complete: true,
    command: origin.command,
    commit: 'abc',
    runCommits: ['abc'],
    node: 'v20',
    backend: 'wasm',
  });
  expect(results.models.map((model) => model.name)).toEqual(['dense', 'hybrid', 'narrow-dense']);
  const [dense, hybrid, narrow] = results.models;
  expect(dense).toMatchObject({
    maps: 'maps',
    seeds: [1, 2],
    seedsPlanned: 2,
    wer: 0.05,
    werPerSeed: [0.04, 0.06],
    greedyWer: 0.1,
    ler: 0.01,
    heldOutWords: 100,
    heldOutUtterances: 10,
    trainWer: 0.1,
    developmentWer: 0.1,
    parameters: 100,
    macsPerFrame: 90,
    secondsPerSeed: [10, 10],
    framesPerSecond: 1000,
    learningRates: [0.01],
    diverged: [],
    fewerLstmParameters: expect.any(Number),
  });
  expect(dense!.otherSets).toEqual({
    other: { wer: 0.3, werPerSeed: [0.3, 0.3], greedyWer: 0.6, words: 100 },
  });
  expect(dense!.differenceFromDense).toBeUndefined();
  expect(hybrid!.differenceFromDense!.difference).toBeCloseTo(0.005, 12);
  const [low, high] = hybrid!.differenceFromDense!.interval;
  expect(low).toBeLessThan(0.005);
  expect(high).toBeGreaterThan(0.005);
  expect(narrow!.werInterval[0]).toBeLessThanOrEqual(narrow!.wer);
  expect(results.comparisons).toMatchObject([{ model: 'hybrid', baseline: 'narrow-dense' }]);
  expect(results.comparisons[0]!.difference).toBeCloseTo(-0.035, 12);
  expect(results.search).toHaveLength(3);
});

test('a claim holds only where both figures do', () => {
  const plan = planRuns(experiment, recordOf);
  const holds = (moreWer: number, fewer: number) => {
    const claims = [{ model: 'hybrid', fewer, moreWer }];
    return gatherResults({ ...experiment, claims }, plan, recordOf, origin).claims[0]!.holds;
  };
  const fewer = gatherResults(experiment, plan, recordOf, origin).models[1]!.fewerLstmParameters;
  expect(holds(0.0051, fewer)).toBe(true);
  expect(holds(0.0049, fewer)).toBe(false);
  expect(holds(0.0051, fewer + 0.001)).toBe(false);
});

test('before all is finished only finished seeds count, and it says that it is partial', () => {
  const partial = new Map(records);
  const plan = planRuns(experiment, recordOf);
  const gather = () =>
    gatherResults(
      experiment,
      planRuns(experiment, (id) => partial.get(id)),
      (id) => partial.get(id),
      origin,
    );
  partial.delete(plan.finals.get('hybrid')![1]![0]!.id);
  expect(gather()).toMatchObject({ complete: false, runsFinished: plan.runs.length - 1 });
  expect(gather().models[1]).toMatchObject({ seeds: [1], werPerSeed: [0.05], seedsPlanned: 2 });
  partial.delete(plan.finals.get('dense')![0]![0]!.id);
  partial.delete(plan.finals.get('dense')![1]![0]!.id);
  expect(gather().models.map((model) => model.name)).toEqual(['hybrid', 'narrow-dense']);
  expect(gather().claims).toEqual([]);
  partial.clear();
  expect(gather()).toMatchObject({
    complete: false,
    runsFinished: 0,
    models: [],
    claims: [],
    comparisons: [],
  });
});

test('of a cross-validation a seed counts once all its parts do, and they are one test set', () => {
  const run = runAll(validated, (planned, set) => (set === 'test' ? planned.fold!.index : 5));
  const plan = planRuns(validated, run.recordOf);
  const gather = () => gatherResults(validated, plan, run.recordOf, origin);
  expect(gather().models[0]).toMatchObject({
    heldOutWords: 300,
    wer: 0.01,
    secondsPerSeed: [30],
    learningRates: [0.01, 0.01, 0.01],
  });
  run.records.delete(plan.finals.get('dense')![0]![2]!.id);
  expect(gather().models.map((model) => model.name)).toEqual(['hybrid', 'narrow-dense']);
});

test('a training that diverged is named', () => {
  const [run] = planRuns(experiment, recordOf).finals.get('hybrid')![0]!;
  const changed = new Map(records).set(run!.id, {
    ...recordOfRun(run!, () => 100),
    diverged: 'the loss is NaN',
  });
  const of = (id: string) => changed.get(id);
  const [, hybrid] = gatherResults(experiment, planRuns(experiment, of), of, origin).models;
  expect(hybrid).toMatchObject({ werPerSeed: [1, 0.06], diverged: [`${run!.id}: the loss is NaN`] });
});
