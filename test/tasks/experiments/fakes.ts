import type { Comparison, Experiment } from '../../../src/tasks/experiments/experiment.ts';
import type { Measure, SetScores } from '../../../src/tasks/experiments/measure.ts';
import { type Plan, planRuns } from '../../../src/tasks/experiments/plan.ts';
import { isFinished, type PlannedRun, type RecordOf } from '../../../src/tasks/experiments/plannedRun.ts';
import type { RunRecord } from '../../../src/tasks/experiments/runRecord.ts';
import type { Task } from '../../../src/tasks/experiments/task.ts';

const rate: Measure = {
  key: 'wer',
  label: 'WER',
  column: 'wordErrors',
  units: 'words',
  better: 'lower',
  unit: 'share',
};

/** A task of words and letters that are right or wrong. */
export const task: Task = {
  name: 'spelling',
  corpus: 'letters',
  inputSize: 80,
  outputSize: 29,
  measures: [
    rate,
    { ...rate, key: 'greedyWer', label: 'greedy WER', column: 'greedyWordErrors' },
    {
      ...rate,
      key: 'greedyLer',
      rowKey: 'ler',
      label: 'greedy letters',
      column: 'greedyLetterErrors',
      units: 'letters',
    },
  ],
  settings: { training: { epochs: 2 } },
  epochs: 2,
  words: {
    items: 'utterances',
    step: 'frame',
    measures: 'WER is the word error rate.',
    notDrawn: 'voices are not drawn anew',
    development: 'which is apart',
    diverged: 'all its words count as errors',
  },
  configure: (run) => ({ ...run, corpus: 'letters' }),
  estimateSeconds: (epochs, { macs }) => (epochs * macs) / 1000,
  prepare: async () => {},
};

export const comparison: Comparison = {
  task,
  testSets: ['test', 'other'],
  judge: 'wer',
  width: { candidates: [8, 16, 32], improvement: 0.003 },
  search: { learningRates: [0.01, 0.02, 0.04], seed: 101 },
  models: [
    { name: 'dense', role: 'the baseline', seeds: 2, layers: (hidden) => [{ hidden }] },
    {
      name: 'hybrid',
      role: 'compact',
      seeds: 2,
      layers: (hidden, size) => [{ hidden, input: { lowRank: size }, recurrent: { lowRank: size } }],
      parameters: { atMost: 0.5 },
    },
    {
      name: 'narrow-dense',
      role: 'the control',
      seeds: 1,
      layers: (_, hidden) => [{ hidden }],
      parameters: { like: 'hybrid' },
    },
  ],
  claims: [{ model: 'hybrid', fewer: 0.5, worse: 0.003 }],
  pairs: [['hybrid', 'narrow-dense']],
};

/** A small experiment with a width to choose and three models. */
export const experiment: Experiment = {
  name: 'small',
  question: 'Does it work?',
  comparisons: [comparison],
};

/** The experiment with something about its comparison changed. */
export const changed = (changes: Partial<Comparison>, name = 'small'): Experiment => ({
  ...experiment,
  name,
  comparisons: [{ ...comparison, ...changes }],
});

/** The same by cross-validation in three parts, at a given width. */
export const validated = changed(
  {
    folds: 3,
    testSets: ['test'],
    judge: 'greedyLer',
    width: { candidates: [8], improvement: 0.003 },
    search: { learningRates: [0.01, 0.02, 0.04], seed: 1 },
    models: comparison.models.map((model) => ({ ...model, seeds: 1 })),
  },
  'validated',
);

/** The same on two corpora. */
export const onTwo: Experiment = {
  ...experiment,
  name: 'on-two',
  comparisons: ['first', 'second'].map((corpus) => ({
    ...comparison,
    task: { ...task, corpus, configure: (run) => ({ ...run, corpus }) },
    width: { candidates: [8], improvement: 0.003 },
  })),
};

const share = (all: number) => Array.from({ length: 10 }, (_, i) => Math.floor((all + i) / 10));

/** The same with images that are recognised or not: more is better. */
export const images = changed(
  {
    task: {
      ...task,
      measures: [{ key: 'accuracy', label: 'accuracy', column: 'correct', better: 'higher', unit: 'share' }],
      words: { ...task.words, items: 'images' },
    },
    judge: 'accuracy',
    claims: [{ model: 'hybrid', fewer: 0.5, worse: 0.1 }],
  },
  'images',
);

/** So many errors of ten words in each of ten utterances, as evenly as can be; greedy ones twice as many. */
export function setOf(errors: number, letters = errors): SetScores {
  return {
    words: new Array(10).fill(10),
    wordErrors: share(errors),
    greedyWordErrors: share(2 * errors),
    letters: new Array(10).fill(50),
    greedyLetterErrors: share(letters),
  };
}

/** So many of ten images recognised. */
export const imagesOf = (correct: number): SetScores => ({ correct: share(correct) });

/** What a run could have left: as many word errors as `errors` says for each set. */
export function recordOfRun(
  run: PlannedRun,
  errors: (set: string) => number,
  scores: (errors: number) => SetScores = setOf,
): RunRecord {
  const { layers } = run.model;
  return {
    id: run.id,
    maps: 'maps',
    layers,
    parameters: 100,
    lstmParameters: 4 * layers[0]!.hidden,
    macsPerFrame: 90,
    losses: [3, 2],
    seconds: 10,
    framesPerSecond: 1000,
    sets: Object.fromEntries(run.sets.map((set) => [set, scores(errors(set))])),
    backend: 'wasm',
    node: 'v20',
    commit: 'abc',
  };
}

/** Makes every run of a plan, in order, until none is left; returns them, the records, and the last plan. */
export function runAll(
  of: Experiment,
  errors: (run: PlannedRun, set: string) => number,
  scores?: (errors: number) => SetScores,
): { made: PlannedRun[]; records: Map<string, RunRecord>; recordOf: RecordOf; plan: Plan } {
  const records = new Map<string, RunRecord>();
  const recordOf: RecordOf = (id) => records.get(id);
  const made: PlannedRun[] = [];
  for (;;) {
    const plan = planRuns(of, recordOf);
    const open = plan.runs.filter((run) => !isFinished(run, recordOf));
    if (open.length === 0) return { made, records, recordOf, plan };
    const next = open.find((run) => run.waitsFor === undefined)!;
    made.push(next);
    records.set(
      next.id,
      recordOfRun(next, (set) => errors(next, set), scores),
    );
  }
}
