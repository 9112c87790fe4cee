import type { Experiment } from '../../../../src/tasks/speech/experiments/experiment.ts';
import type { PlannedRun } from '../../../../src/tasks/speech/experiments/plan.ts';
import { isFinished, planRuns, type RecordOf } from '../../../../src/tasks/speech/experiments/plan.ts';
import type { RunRecord, SetErrors } from '../../../../src/tasks/speech/experiments/runRecord.ts';

/** A small experiment with a width to choose and three models. */
export const experiment: Experiment = {
  name: 'small',
  question: 'Does it work?',
  corpus: 'letters',
  corpusSeed: 1,
  bands: 40,
  testSets: ['test', 'other'],
  judge: 'wer',
  settings: { features: { stack: 2 }, training: { epochs: 2 } },
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
  claims: [{ model: 'hybrid', fewer: 0.5, moreWer: 0.003 }],
  pairs: [['hybrid', 'narrow-dense']],
  speechHours: 0.01,
};

/** The same by cross-validation in three parts, at a given width. */
export const validated: Experiment = {
  ...experiment,
  name: 'validated',
  folds: 3,
  testSets: ['test'],
  judge: 'greedyLer',
  width: { candidates: [8], improvement: 0.003 },
  models: experiment.models.map((model) => ({ ...model, seeds: 1 })),
};

/** So many errors of ten words in each of ten utterances, as evenly as can be; greedy ones twice as many. */
export function setOf(errors: number, letters = errors): SetErrors {
  const share = (all: number) => Array.from({ length: 10 }, (_, i) => Math.floor((all + i) / 10));
  return {
    words: new Array(10).fill(10),
    wordErrors: share(errors),
    greedyWordErrors: share(2 * errors),
    letters: new Array(10).fill(50),
    greedyLetterErrors: share(letters),
  };
}

/** What a run could have left: as many word errors as `errors` says for each set. */
export function recordOfRun(run: PlannedRun, errors: (set: string) => number): RunRecord {
  const [{ layers }] = run.config.models;
  return {
    id: run.id,
    maps: 'maps',
    layers,
    parameters: 100,
    lstmParameters: 4 * layers[0].hidden,
    macsPerFrame: 90,
    losses: [3, 2],
    seconds: 10,
    framesPerSecond: 1000,
    sets: Object.fromEntries(run.sets.map((set) => [set, setOf(errors(set))])),
    backend: 'wasm',
    node: 'v20',
    commit: 'abc',
  };
}

/** Makes every run of a plan, in order, until none is left; returns them and the records. */
export function runAll(
  of: Experiment,
  errors: (run: PlannedRun, set: string) => number,
): { made: PlannedRun[]; records: Map<string, RunRecord>; recordOf: RecordOf } {
  const records = new Map<string, RunRecord>();
  const recordOf: RecordOf = (id) => records.get(id);
  const made: PlannedRun[] = [];
  for (;;) {
    const open = planRuns(of, recordOf).runs.filter((run) => !isFinished(run, recordOf));
    if (open.length === 0) return { made, records, recordOf };
    const next = open.find((run) => run.waitsFor === undefined)!;
    made.push(next);
    records.set(
      next.id,
      recordOfRun(next, (set) => errors(next, set)),
    );
  }
}
