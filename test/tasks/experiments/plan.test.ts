import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../src/tasks/experiments/experiment.ts';
import { planRuns } from '../../../src/tasks/experiments/plan.ts';
import { isFinished, type PlannedRun } from '../../../src/tasks/experiments/plannedRun.ts';
import {
  changed,
  comparison,
  experiment,
  images,
  imagesOf,
  onTwo,
  recordOfRun,
  runAll,
  setOf,
  task,
  validated,
} from './fakes.ts';

const nothing = () => undefined;
const rate = (run: PlannedRun) => run.learningRate;
const width = (run: PlannedRun) => run.model.layers[0]!.hidden;
/** The plan of an experiment's only comparison. */
const planOf = (...args: Parameters<typeof planRuns>) => planRuns(...args).parts[0]!;

/** Errors of the fake training: the middle rate is best, doubling 8 improves, doubling 16 does not. */
const errors = (run: PlannedRun, set: string) => {
  const byWidth = { 8: 20, 16: 10, 32: 10 }[width(run)] ?? 15;
  return set === 'development' ? byWidth + (rate(run) === 0.02 ? 0 : 3) : 12;
};

describe('the plan', () => {
  test('begins with the two narrowest widths, and everything else waits for the width', () => {
    const { runs, width: choice } = planOf(experiment, nothing);
    expect(choice).toMatchObject({ decided: false, width: 8 });
    const ready = runs.filter((run) => run.waitsFor === undefined);
    expect(ready.map((run) => [run.stages[0], run.model.name, width(run), rate(run)])).toEqual(
      [8, 16].flatMap((hidden) => [0.01, 0.02, 0.04].map((r) => ['width', 'dense', hidden, r])),
    );
    for (const run of runs.filter((one) => !ready.includes(one))) {
      expect(run.waitsFor).toBe('the width of the dense baseline');
    }
    expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
  });

  test('goes through widths, learning rates and seeds, and makes no run twice', () => {
    const { made, recordOf } = runAll(experiment, errors);
    expect(new Set(made.map((run) => run.id)).size).toBe(made.length);
    // Three widths, of which dense keeps the trials; two more models; 2 + 2 + 1 final runs; three rates each.
    expect(made).toHaveLength(3 * 3 + 2 * 3 + 5);
    const plan = planOf(experiment, recordOf);
    expect(plan.width).toMatchObject({ decided: true, width: 16, atWidest: false });
    expect(plan.choices.map((choice) => [choice.model, choice.decided, choice.learningRate])).toEqual([
      ['dense', true, 0.02],
      ['hybrid', true, 0.02],
      ['narrow-dense', true, 0.02],
    ]);
    const finals = made.filter((run) => run.stages[0] === 'seeds');
    // Every model's first seed before any second.
    expect(finals.map((run) => [run.model.name, run.seed, rate(run)])).toEqual([
      ['dense', 1, 0.02],
      ['hybrid', 1, 0.02],
      ['narrow-dense', 1, 0.02],
      ['dense', 2, 0.02],
      ['hybrid', 2, 0.02],
    ]);
    expect(finals.every((run) => run.sets.join() === 'train,development,test,other')).toBe(true);
    const searched = made.filter((run) => run.stages[0] !== 'seeds');
    expect(searched.every((run) => run.sets.join() === 'development' && run.seed === 101)).toBe(true);
  });

  test('stops widening where doubling does not improve by more than the limit, and says so at the widest', () => {
    const at = (development: Record<number, number>) => {
      const { made, recordOf } = runAll(experiment, (run, set) =>
        set === 'development' && run.model.name === 'dense' ? development[width(run)]! : 50,
      );
      const { width: found, atWidest } = planOf(experiment, recordOf).width;
      return [found, atWidest, Math.max(...made.map(width))];
    };
    expect(at({ 8: 10, 16: 10, 32: 0 })).toEqual([8, false, 16]);
    expect(at({ 8: 10, 16: 9, 32: 9 })).toEqual([16, false, 32]);
    expect(at({ 8: 10, 16: 9, 32: 8 })).toEqual([32, true, 32]);
  });

  test('chooses by the development set alone, by greedy errors among equals, and never a divergent one', () => {
    const { records, recordOf } = runAll(experiment, errors);
    const before = planOf(experiment, recordOf);
    const choices = () => planOf(experiment, recordOf).choices.map((choice) => choice.learningRate);
    // Test errors that would choose otherwise.
    for (const run of before.runs) {
      const record = records.get(run.id)!;
      const test = setOf(rate(run) === 0.04 ? 0 : 100);
      records.set(run.id, { ...record, sets: { ...record.sets, test, other: test, train: test } });
    }
    expect(choices()).toEqual([0.02, 0.02, 0.02]);
    const [, hybrid] = before.choices;
    const set = (index: number, development: ReturnType<typeof setOf>) => {
      const { id } = hybrid!.trials[index]!;
      records.set(id, { ...records.get(id)!, sets: { development } });
    };
    for (const index of [0, 1, 2]) set(index, setOf(10));
    expect(choices()[1]).toBe(0.01);
    set(2, { ...setOf(10), greedyWordErrors: setOf(9).wordErrors });
    expect(choices()[1]).toBe(0.04);
    set(2, setOf(100));
    set(0, setOf(100));
    expect(choices()[1]).toBe(0.02);
  });

  test('a changed experiment takes no run of the old one', () => {
    const ids = (of: Experiment) => planOf(of, nothing).runs.map((run) => run.id);
    const longer = changed({ task: { ...task, epochs: 3 } });
    expect(ids(experiment)).toEqual(ids(experiment));
    expect(ids(longer).filter((id) => ids(experiment).includes(id))).toEqual([]);
    const other = changed({ task: { ...task, configure: (run) => ({ ...run, corpus: 'other' }) } });
    expect(ids(other).filter((id) => ids(experiment).includes(id))).toEqual([]);
  });

  test('a record without all sets is not finished', () => {
    const { made, recordOf } = runAll(experiment, errors);
    const final = made.at(-1)!;
    const record = recordOfRun({ ...final, sets: ['development'] }, () => 1);
    expect(isFinished(final, recordOf)).toBe(true);
    expect(isFinished(final, () => record)).toBe(false);
  });

  test('--seeds gives every model as many', () => {
    const { runs, finals } = planOf(experiment, nothing, { seeds: 3 });
    expect([...finals.values()].map((seeds) => seeds.length)).toEqual([3, 3, 3]);
    expect(runs.filter((run) => run.stages.includes('seeds'))).toHaveLength(9);
  });
});

describe('a model that is compressed from another', () => {
  const compressed = {
    ...comparison.models[1]!,
    name: 'compressed',
    parameters: { like: 'hybrid' },
    start: { from: 'dense', epochs: 1, learningRates: [0.001, 0.002, 0.003] },
  };
  const of = changed({ models: [...comparison.models, compressed] });

  test('begins from the dense run of the same seed at its chosen rate, once that is there', () => {
    const { made, recordOf } = runAll(of, errors);
    const plan = planOf(of, recordOf);
    const ours = plan.runs.filter((run) => run.model.name === 'compressed');
    expect(ours.map((run) => [run.stages[0], rate(run), run.seed, run.epochs])).toEqual([
      ...[0.001, 0.002, 0.003].map((r) => ['search', r, 101, 1]),
      ...[1, 2].map((seed) => ['seeds', 0.001, seed, 1]),
    ]);
    const dense = plan.runs.filter(
      (run) => run.model.name === 'dense' && width(run) === 16 && rate(run) === 0.02,
    );
    const sources = new Map(dense.map((run) => [run.seed, run.id]));
    for (const run of ours) {
      expect(run.from).toBe(sources.get(run.seed));
      const order = made.map(({ id }) => id);
      expect(order.indexOf(run.id)).toBeGreaterThan(order.indexOf(run.from!));
    }
    expect(plan.models.at(-1)!.layers).toEqual(plan.models[1]!.layers);
  });

  test('waits for it', () => {
    const { records, recordOf } = runAll(of, errors);
    const dense = planOf(of, recordOf).finals.get('dense')![1]![0]!;
    records.delete(dense.id);
    const waiting = planOf(of, recordOf).runs.filter((run) => run.waitsFor !== undefined);
    expect(waiting.map((run) => [run.model.name, run.seed, run.waitsFor])).toEqual([
      ['compressed', 2, `the run ${dense.id}`],
    ]);
  });
});

describe('cross-validation', () => {
  test('has no trial tested before it is chosen', () => {
    const { runs } = planOf(validated, nothing);
    const ready = runs.filter((run) => run.waitsFor === undefined);
    expect(ready).toHaveLength(3 * 3 * 3);
    expect(ready.every((run) => run.sets.join() === 'development')).toBe(true);
  });

  test('searches in every part by itself, and tests the chosen training of that part without another', () => {
    // Each part likes another rate best.
    const { made, recordOf } = runAll(validated, (run, set) =>
      set === 'development' ? 10 + Math.abs([0.01, 0.02, 0.04].indexOf(rate(run)) - run.fold!.index) : 5,
    );
    const plan = planOf(validated, recordOf);
    expect(plan.choices.map((choice) => choice.learningRate)).toEqual([
      0.01, 0.02, 0.04, 0.01, 0.02, 0.04, 0.01, 0.02, 0.04,
    ]);
    expect(new Set(made.map((run) => run.id)).size).toBe(3 * 3 * 3);
    const tested = plan.runs.filter((run) => run.sets.includes('test'));
    expect(tested).toHaveLength(9);
    expect(tested.every((run) => run.stages.join() === 'search,seeds')).toBe(true);
    expect([...plan.finals.values()].map((seeds) => seeds.map((parts) => parts.length))).toEqual([
      [3],
      [3],
      [3],
    ]);
  });

  test('searches once for all seeds of a part', () => {
    const [{ models }] = validated.comparisons as [typeof comparison];
    const twice = { ...validated.comparisons[0]!, models: models.map((model) => ({ ...model, seeds: 2 })) };
    const { made, plan } = runAll({ ...validated, comparisons: [twice] }, errors);
    // Three models in three parts: three trials, of which one is the first final run, and a second one.
    expect(new Set(made.map(({ id }) => id)).size).toBe(3 * 3 * (3 + 1));
    expect(plan.parts[0]!.choices).toHaveLength(3 * 3);
  });
});

describe('several corpora', () => {
  test('are planned each for itself, under its name', () => {
    const { made, plan } = runAll(onTwo, errors);
    expect(plan.parts.map(({ comparison: { task: of } }) => of.corpus)).toEqual(['first', 'second']);
    expect(made).toHaveLength(2 * (3 * 3 + 5));
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    for (const {
      runs,
      comparison: { task: of },
    } of plan.parts) {
      expect(
        runs.every(
          ({ id, config }) =>
            id.startsWith(`${of.corpus}/`) && (config as { corpus: string }).corpus === of.corpus,
        ),
      ).toBe(true);
    }
  });
});

describe('a measure of which more is better', () => {
  test('decides the other way round', () => {
    // Of ten images: the width 16 is better than 8, 32 no better; the rate 0.04 is best.
    const correct = (run: PlannedRun) => ({ 8: 4, 16: 6, 32: 6 })[width(run)]! + (rate(run) === 0.04 ? 2 : 0);
    const { plan } = runAll(
      images,
      (run) => (run.model.name === 'narrow-dense' ? 5 : correct(run)),
      imagesOf,
    );
    const [{ width: chosen, choices }] = plan.parts as [(typeof plan.parts)[0]];
    expect(chosen).toMatchObject({ decided: true, width: 16, atWidest: false });
    // Of equals the smallest.
    expect(choices.map(({ learningRate }) => learningRate)).toEqual([0.04, 0.04, 0.01]);
  });
});

test('trials may be shorter than final trainings', () => {
  const of = changed({
    task: { ...task, epochs: 5 },
    search: { ...comparison.search, length: 0.5 },
  });
  for (const run of planOf(of, nothing).runs) {
    expect(run.epochs).toBe(run.stages.includes('seeds') ? 5 : 3);
  }
});

test('a model may be trained longer than the others, and with other steps', () => {
  const [dense, hybrid, narrow] = comparison.models;
  const of = changed({
    models: [dense!, hybrid!, { ...narrow!, epochs: 7, learningRates: [0.001, 0.002, 0.003] }],
  });
  const { made } = runAll(of, errors);
  const found = (name: string) => {
    const own = made.filter(({ model }) => model.name === name);
    return [[...new Set(own.map(({ epochs }) => epochs))], [...new Set(own.map(rate))].sort()];
  };
  expect(found('narrow-dense')).toEqual([[7], [0.001, 0.002, 0.003]]);
  expect(found('hybrid')).toEqual([[2], [0.01, 0.02, 0.04]]);
});

test('a judge that the task does not know is refused', () => {
  expect(() => planRuns(changed({ judge: 'taste' }), nothing)).toThrow(
    'models are judged by "taste"; expected a measure of spelling: wer, greedyWer, greedyLer',
  );
});
