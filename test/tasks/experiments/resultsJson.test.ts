import { expect, test } from 'vitest';
import type { Experiment } from '../../../src/tasks/experiments/experiment.ts';
import { gatherResults } from '../../../src/tasks/experiments/results.ts';
import { resultsJson } from '../../../src/tasks/experiments/resultsJson.ts';
import { changed, comparison, experiment, images, imagesOf, onTwo, runAll } from './fakes.ts';

const jsonOf = (
  of: Experiment,
  ...rest: Parameters<typeof runAll> extends [unknown, ...infer R] ? R : never
) => {
  const { plan, recordOf } = runAll(of, ...rest);
  const results = gatherResults(of, plan, recordOf, { command: 'c', commit: 'd', node: 'n' });
  return JSON.parse(JSON.stringify(resultsJson(results)));
};

test("a speech model's row is named after its measures, and what was tried is on the development set", () => {
  const json = jsonOf(experiment, (_, set) => (set === 'test' ? 5 : set === 'other' ? 30 : 10));
  expect(Object.keys(json)).toEqual([
    'name',
    'question',
    'complete',
    'runsFinished',
    'runsPlanned',
    'corpus',
    'models',
    'comparisons',
    'claims',
    'width',
    'search',
    'searchLength',
    'settings',
    'command',
    'commit',
    'runCommits',
    'node',
    'backend',
  ]);
  expect(json).toMatchObject({
    corpus: 'letters',
    settings: { training: { epochs: 2 } },
    searchLength: 1,
    width: {
      decided: true,
      width: 8,
      tried: [
        { width: 8, learningRate: 0.01, trials: [{ learningRate: 0.01, wer: 0.1, greedyWer: 0.2 }, {}, {}] },
        {},
      ],
    },
    claims: [{ model: 'hybrid', fewer: 0.5, moreWer: 0.003, moreWerFound: { difference: 0 }, holds: true }],
    comparisons: [{ model: 'hybrid', baseline: 'narrow-dense', difference: 0 }],
  });
  expect(
    json.search.map(({ model, learningRate }: Record<string, unknown>) => [model, learningRate]),
  ).toEqual([
    ['dense', 0.01],
    ['hybrid', 0.01],
    ['narrow-dense', 0.01],
  ]);
  expect(json.search[0].trials[0]).toEqual({
    id: expect.stringMatching(/^dense\/rate0\.01-seed101-/),
    learningRate: 0.01,
    wer: 0.1,
    greedyWer: 0.2,
    greedyLer: 0.02,
  });
  const { id: _, ...dense } = json.models[0];
  expect(dense).toMatchObject({
    name: 'dense',
    maps: 'maps',
    lstmParameters: 32,
    parameters: 100,
    macsPerFrame: 90,
    seeds: [1, 2],
    wer: 0.05,
    werPerSeed: [0.05, 0.05],
    werInterval: [expect.any(Number), expect.any(Number)],
    greedyWer: 0.1,
    greedyWerPerSeed: [0.1, 0.1],
    ler: 0.01,
    lerPerSeed: [0.01, 0.01],
    lerInterval: [expect.any(Number), expect.any(Number)],
    heldOutWords: 100,
    heldOutUtterances: 10,
    developmentWer: 0.1,
    trainWer: 0.1,
    secondsPerSeed: [10, 10],
    framesPerSecond: 1000,
  });
  expect(dense.otherSets.other).toMatchObject({
    wer: 0.3,
    werPerSeed: [0.3, 0.3],
    greedyWer: 0.6,
    words: 100,
  });
  expect(json.models[1].differenceFromDense).toMatchObject({ difference: 0 });
});

test("an image model's row likewise, and its claim is about how much less", () => {
  const json = jsonOf(images, (run) => (run.model.name === 'hybrid' ? 5 : 6), imagesOf);
  expect(json.models[0]).toMatchObject({
    accuracy: 0.6,
    accuracyPerSeed: [0.6, 0.6],
    accuracyInterval: [expect.any(Number), expect.any(Number)],
    heldOutImages: 10,
    trainAccuracy: 0.6,
    developmentAccuracy: 0.6,
  });
  expect(json.models[0]).not.toHaveProperty('wer');
  const [claim] = json.claims;
  expect(claim).toMatchObject({
    lessAccuracy: 0.1,
    lessAccuracyFound: { difference: expect.closeTo(0.1, 9) },
  });
  const [low, high] = claim.lessAccuracyFound.interval;
  expect(low).toBeLessThanOrEqual(0.1);
  expect(high).toBeGreaterThanOrEqual(0.1);
});

test('of several corpora each row names its own', () => {
  const json = jsonOf(onTwo, ({ comparison: { task } }) => (task.corpus === 'first' ? 5 : 7));
  expect(json.corpus).toBe('first, second');
  expect(json.models.map(({ corpus, name, wer }: Record<string, unknown>) => [corpus, name, wer])).toEqual(
    [
      ['first', 0.05],
      ['second', 0.07],
    ].flatMap(([corpus, wer]) => ['dense', 'hybrid', 'narrow-dense'].map((name) => [corpus, name, wer])),
  );
  for (const rows of [json.search, json.claims, json.comparisons]) {
    expect([...new Set(rows.map(({ corpus }: { corpus: string }) => corpus))]).toEqual(['first', 'second']);
  }
  for (const byCorpus of [json.width, json.settings, json.searchLength]) {
    expect(Object.keys(byCorpus)).toEqual(['first', 'second']);
  }
});

test('the length of the trials is told', () => {
  expect(jsonOf(changed({ search: { ...comparison.search, length: 0.5 } }), () => 5).searchLength).toBe(0.5);
});
