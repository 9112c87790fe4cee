import { expect, test } from 'vitest';
import type { Experiment } from '../../../src/tasks/experiments/experiment.ts';
import { planRuns } from '../../../src/tasks/experiments/plan.ts';
import type { RecordOf } from '../../../src/tasks/experiments/plannedRun.ts';
import { type ComparisonResults, gatherResults } from '../../../src/tasks/experiments/results.ts';
import { changed, experiment, images, imagesOf, recordOfRun, runAll, validated } from './fakes.ts';

const origin = { command: 'compact-rnn reproduce small', commit: 'abc', node: 'v20' };
const gather = (of: Experiment, recordOf: RecordOf) =>
  gatherResults(of, planRuns(of, recordOf), recordOf, origin);
/** What the only comparison came to. */
const partOf = (of: Experiment, recordOf: RecordOf): ComparisonResults => gather(of, recordOf).parts[0]!;

/** Per cent of test words that each model gets wrong, by seed. */
const wrong: Record<string, number[]> = { dense: [4, 6], hybrid: [5, 6], 'narrow-dense': [9] };
const { records, recordOf, plan } = runAll(experiment, (run, set) =>
  set === 'test' ? wrong[run.model.name]![run.seed - 1]! : set === 'other' ? 30 : 10,
);
const finals = plan.parts[0]!.finals;

test('the figures are those of the runs', () => {
  const results = gather(experiment, recordOf);
  expect(results).toMatchObject({
    name: 'small',
    complete: true,
    command: origin.command,
    commit: 'abc',
    runCommits: ['abc'],
    node: 'v20',
    backend: 'wasm',
  });
  const [{ models, pairs }] = results.parts as [ComparisonResults];
  expect(models.map((model) => model.name)).toEqual(['dense', 'hybrid', 'narrow-dense']);
  const [dense, hybrid, narrow] = models;
  expect(dense).toMatchObject({
    maps: 'maps',
    seeds: [1, 2],
    seedsPlanned: 2,
    parameters: 100,
    macsPerFrame: 90,
    secondsPerSeed: [10, 10],
    framesPerSecond: 1000,
    learningRates: [0.01],
    diverged: [],
    fewerLstmParameters: expect.any(Number),
  });
  expect(dense!.scores['test']).toEqual({
    wer: { value: 0.05, perSeed: [0.04, 0.06], total: 100, items: 10 },
    greedyWer: { value: 0.1, perSeed: [0.08, 0.12], total: 100, items: 10 },
    greedyLer: { value: 0.01, perSeed: [0.008, 0.012], total: 500, items: 10 },
  });
  expect(dense!.scores['train']!['wer']!.value).toBe(0.1);
  expect(dense!.scores['development']!['wer']!.value).toBe(0.1);
  expect(dense!.scores['other']!['wer']).toEqual({ value: 0.3, perSeed: [0.3, 0.3], total: 100, items: 10 });
  expect(dense!.differenceFromDense).toBeUndefined();
  expect(hybrid!.differenceFromDense!.difference).toBeCloseTo(0.005, 12);
  const [low, high] = hybrid!.differenceFromDense!.interval;
  expect(low).toBeLessThan(0.005);
  expect(high).toBeGreaterThan(0.005);
  for (const [key, [least, most]] of Object.entries(narrow!.intervals)) {
    const { value } = narrow!.scores['test']![key]!;
    expect(least).toBeLessThanOrEqual(value);
    expect(most).toBeGreaterThanOrEqual(value);
  }
  expect(pairs).toMatchObject([{ model: 'hybrid', baseline: 'narrow-dense' }]);
  expect(pairs[0]!.difference).toBeCloseTo(-0.035, 12);
});

test('a claim holds only where both figures do', () => {
  const holds = (worse: number, fewer: number) =>
    partOf(changed({ claims: [{ model: 'hybrid', fewer, worse }] }), recordOf).claims[0]!.holds;
  const fewer = partOf(experiment, recordOf).models[1]!.fewerLstmParameters;
  expect(holds(0.0051, fewer)).toBe(true);
  expect(holds(0.0049, fewer)).toBe(false);
  expect(holds(0.0051, fewer + 0.001)).toBe(false);
});

test('where more is better, a claim is about how much less there is', () => {
  // Of ten images: dense recognises 6, the hybrid fewer.
  const claim = (hybrid: number) => {
    const run = runAll(images, ({ model }) => (model.name === 'hybrid' ? hybrid : 6), imagesOf);
    return partOf(images, run.recordOf).claims[0]!;
  };
  expect(claim(5)).toMatchObject({ holds: true, found: { difference: expect.closeTo(-0.1, 9) } });
  expect(claim(4).holds).toBe(false);
  expect(claim(7)).toMatchObject({ holds: true, found: { difference: expect.closeTo(0.1, 9) } });
});

test('before all is finished only finished seeds count, and it says that it is partial', () => {
  const partial = new Map(records);
  const results = () => gather(experiment, (id) => partial.get(id));
  const models = () => results().parts[0]!.models;
  partial.delete(finals.get('hybrid')![1]![0]!.id);
  expect(results()).toMatchObject({ complete: false, runsFinished: plan.runs.length - 1 });
  expect(models()[1]).toMatchObject({ seeds: [1], seedsPlanned: 2 });
  expect(models()[1]!.scores['test']!['wer']!.perSeed).toEqual([0.05]);
  partial.delete(finals.get('dense')![0]![0]!.id);
  partial.delete(finals.get('dense')![1]![0]!.id);
  expect(models().map((model) => model.name)).toEqual(['hybrid', 'narrow-dense']);
  expect(results().parts[0]!.claims).toEqual([]);
  partial.clear();
  expect(results()).toMatchObject({
    complete: false,
    runsFinished: 0,
    parts: [{ models: [], claims: [], pairs: [] }],
  });
});

test('of a cross-validation a seed counts once all its parts do, and they are one test set', () => {
  const run = runAll(validated, (planned, set) => (set === 'test' ? planned.fold!.index : 5));
  const models = () => partOf(validated, run.recordOf).models;
  expect(models()[0]).toMatchObject({ secondsPerSeed: [30], learningRates: [0.01, 0.01, 0.01] });
  expect(models()[0]!.scores['test']!['wer']).toMatchObject({ total: 300, value: 0.01 });
  run.records.delete(run.plan.parts[0]!.finals.get('dense')![0]![2]!.id);
  expect(models().map((model) => model.name)).toEqual(['hybrid', 'narrow-dense']);
});

test('a training that diverged is named', () => {
  const [run] = finals.get('hybrid')![0]!;
  const others = new Map(records).set(run!.id, {
    ...recordOfRun(run!, () => 100),
    diverged: 'the loss is NaN',
  });
  const [, hybrid] = partOf(experiment, (id) => others.get(id)).models;
  expect(hybrid!.diverged).toEqual([`${run!.id}: the loss is NaN`]);
  expect(hybrid!.scores['test']!['wer']!.perSeed).toEqual([1, 0.06]);
});
