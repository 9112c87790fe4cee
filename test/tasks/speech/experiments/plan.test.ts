import { describe, expect, test } from 'vitest';
import { experimentOf } from '../../../../src/tasks/speech/experiments/index.ts';
import { isFinished, type PlannedRun, planRuns } from '../../../../src/tasks/speech/experiments/plan.ts';
import { experiment, recordOfRun, runAll, setOf, validated } from './fakes.ts';

const nothing = () => undefined;
const rate = (run: PlannedRun) => run.config.training.learningRate;
const width = (run: PlannedRun) => run.config.models[0]!.layers[0]!.hidden;

/** Errors of the fake training: the middle rate is best, doubling 8 improves, doubling 16 does not. */
const errors = (run: PlannedRun, set: string) => {
  const byWidth = { 8: 20, 16: 10, 32: 10 }[width(run)] ?? 15;
  return set === 'development' ? byWidth + (rate(run) === 0.02 ? 0 : 3) : 12;
};

describe('the plan', () => {
  test('begins with the two narrowest widths, and everything else waits for the width', () => {
    const { runs, width: choice } = planRuns(experiment, nothing);
    expect(choice).toMatchObject({ decided: false, width: 8 });
    const ready = runs.filter((run) => run.waitsFor === undefined);
    expect(ready.map((run) => [run.stages[0], run.model, width(run), rate(run)])).toEqual(
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
    const plan = planRuns(experiment, recordOf);
    expect(plan.width).toMatchObject({ decided: true, width: 16, atWidest: false });
    expect(plan.choices.map((choice) => [choice.model, choice.decided, choice.learningRate])).toEqual([
      ['dense', true, 0.02],
      ['hybrid', true, 0.02],
      ['narrow-dense', true, 0.02],
    ]);
    const finals = made.filter((run) => run.stages[0] === 'seeds');
    // Every model's first seed before any second.
    expect(finals.map((run) => [run.model, run.config.seed, rate(run)])).toEqual([
      ['dense', 1, 0.02],
      ['hybrid', 1, 0.02],
      ['narrow-dense', 1, 0.02],
      ['dense', 2, 0.02],
      ['hybrid', 2, 0.02],
    ]);
    expect(finals.every((run) => run.sets.join() === 'train,development,test,other')).toBe(true);
    const searched = made.filter((run) => run.stages[0] !== 'seeds');
    expect(searched.every((run) => run.sets.join() === 'development' && run.config.seed === 101)).toBe(true);
  });

  test('stops widening where doubling does not improve by more than the limit, and says so at the widest', () => {
    const at = (development: Record<number, number>) => {
      const { made, recordOf } = runAll(experiment, (run, set) =>
        set === 'development' && run.model === 'dense' ? development[width(run)]! : 50,
      );
      const { width: found, atWidest } = planRuns(experiment, recordOf).width;
      return [found, atWidest, Math.max(...made.map(width))];
    };
    expect(at({ 8: 10, 16: 10, 32: 0 })).toEqual([8, false, 16]);
    expect(at({ 8: 10, 16: 9, 32: 9 })).toEqual([16, false, 32]);
    expect(at({ 8: 10, 16: 9, 32: 8 })).toEqual([32, true, 32]);
  });

  test('chooses by the development set alone, by greedy errors among equals, and never a divergent one', () => {
    const { records, recordOf } = runAll(experiment, errors);
    const before = planRuns(experiment, recordOf);
    const choices = () => planRuns(experiment, recordOf).choices.map((choice) => choice.learningRate);
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
    const ids = (of: typeof experiment) => planRuns(of, nothing).runs.map((run) => run.id);
    const longer = { ...experiment, settings: { ...experiment.settings, training: { epochs: 3 } } };
    expect(ids(experiment)).toEqual(ids(experiment));
    expect(ids(longer).filter((id) => ids(experiment).includes(id))).toEqual([]);
    const other = { ...experiment, corpusSeed: 2 };
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
    const { runs, finals } = planRuns(experiment, nothing, { seeds: 3 });
    expect([...finals.values()].map((seeds) => seeds.length)).toEqual([3, 3, 3]);
    expect(runs.filter((run) => run.stages.includes('seeds'))).toHaveLength(9);
  });
});

describe('a model that is compressed from another', () => {
  const compressed = {
    ...experiment.models[1]!,
    name: 'compressed',
    parameters: { like: 'hybrid' },
    start: { from: 'dense', epochs: 1, learningRates: [0.001, 0.002, 0.003] },
  };
  const of = { ...experiment, models: [...experiment.models, compressed] };

  test('begins from the dense run of the same seed at its chosen rate, once that is there', () => {
    const { made, recordOf } = runAll(of, errors);
    const plan = planRuns(of, recordOf);
    const ours = plan.runs.filter((run) => run.model === 'compressed');
    expect(
      ours.map((run) => [run.stages[0], rate(run), run.config.seed, run.config.training.epochs]),
    ).toEqual([
      ...[0.001, 0.002, 0.003].map((r) => ['search', r, 101, 1]),
      ...[1, 2].map((seed) => ['seeds', 0.001, seed, 1]),
    ]);
    const dense = plan.runs.filter((run) => run.model === 'dense' && width(run) === 16 && rate(run) === 0.02);
    const sources = new Map(dense.map((run) => [run.config.seed, run.id]));
    for (const run of ours) {
      expect(run.from).toBe(sources.get(run.config.seed));
      const order = made.map(({ id }) => id);
      expect(order.indexOf(run.id)).toBeGreaterThan(order.indexOf(run.from!));
    }
    expect(plan.models.at(-1)!.layers).toEqual(plan.models[1]!.layers);
  });

  test('waits for it', () => {
    const { records, recordOf } = runAll(of, errors);
    const dense = planRuns(of, recordOf).finals.get('dense')![1]![0]!;
    records.delete(dense.id);
    const waiting = planRuns(of, recordOf).runs.filter((run) => run.waitsFor !== undefined);
    expect(waiting.map((run) => [run.model, run.config.seed, run.waitsFor])).toEqual([
      ['compressed', 2, `the run ${dense.id}`],
    ]);
  });
});

describe('cross-validation', () => {
  test('has no trial tested before it is chosen', () => {
    const { runs } = planRuns(validated, nothing);
    const ready = runs.filter((run) => run.waitsFor === undefined);
    expect(ready).toHaveLength(3 * 3 * 3);
    expect(ready.every((run) => run.sets.join() === 'development')).toBe(true);
  });

  test('searches in every part by itself, and tests the chosen training of that part without another', () => {
    // Each part likes another rate best.
    const { made, recordOf } = runAll(validated, (run, set) =>
      set === 'development' ? 10 + Math.abs([0.01, 0.02, 0.04].indexOf(rate(run)) - run.fold!.index) : 5,
    );
    const plan = planRuns(validated, recordOf);
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

  test('human-speech needs no width, and only searches at first', () => {
    const { runs, width: choice } = planRuns(experimentOf('human-speech'), nothing);
    expect(choice.decided).toBe(true);
    expect(runs).toHaveLength(3 * 3 * 10);
    expect(runs.filter((run) => run.waitsFor === undefined).length).toBeGreaterThanOrEqual(60);
  });
});
