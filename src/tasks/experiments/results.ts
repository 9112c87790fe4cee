import { random } from '../../tensor/random.ts';
import type { Claim, Comparison, Experiment } from './experiment.ts';
import { type FinishedModel, finishedModels, type Score, scoresOf, sizesOf } from './finishedModels.ts';
import { type Measure, worseBy } from './measure.ts';
import type { ComparisonPlan, Plan } from './plan.ts';
import { isFinished, type RecordOf } from './plannedRun.ts';
import { type Difference, type ResampledRates, resampleSeeded } from './seedBootstrap.ts';

/** What the finished runs of a model came to. */
export interface ModelResult extends ReturnType<typeof sizesOf> {
  /** By set, the first test set, `development`, `train` and further test sets; and by the measure's key. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, Score>>>>;
  /** 95 % of every measure on the first test set, bootstrap over items and seeds. */
  readonly intervals: Readonly<Record<string, readonly [number, number]>>;
  /** The headline measure minus that of the dense baseline; absent for itself and until that has a seed. */
  readonly differenceFromDense?: Difference;
}

/** What a claim came to. */
export interface ClaimResult extends Claim {
  readonly fewerFound: number;
  /** Of the headline measure: the model's minus the dense baseline's. */
  readonly found: Difference;
  readonly holds: boolean;
}

/** What the finished runs of a comparison came to. */
export interface ComparisonResults {
  readonly comparison: Comparison;
  readonly plan: ComparisonPlan;
  readonly models: readonly ModelResult[];
  /** Of the headline measure. */
  readonly pairs: readonly ({ readonly model: string; readonly baseline: string } & Difference)[];
  readonly claims: readonly ClaimResult[];
}

/** What the finished runs of an experiment came to. */
export interface ExperimentResults {
  readonly name: string;
  readonly question: string;
  /** False while runs are missing. */
  readonly complete: boolean;
  readonly runsFinished: number;
  readonly runsPlanned: number;
  readonly parts: readonly ComparisonResults[];
  readonly command: string;
  /** Of the program that wrote this, and of those that made the runs, where they are known. */
  readonly commit: string | null;
  readonly runCommits: readonly string[];
  readonly node: string;
  readonly backend: string;
}

export interface Origin {
  readonly command: string;
  readonly commit: string | null;
  readonly node: string;
}

/** The results of an experiment as far as its runs are finished. A seed counts once all its parts are. */
export function gatherResults(
  experiment: Experiment,
  plan: Plan,
  recordOf: RecordOf,
  origin: Origin,
): ExperimentResults {
  const runsFinished = plan.runs.filter((run) => isFinished(run, recordOf)).length;
  const records = plan.runs.map((run) => recordOf(run.id)).filter((record) => record !== undefined);
  return {
    name: experiment.name,
    question: experiment.question,
    complete: runsFinished === plan.runs.length,
    runsFinished,
    runsPlanned: plan.runs.length,
    parts: plan.parts.map((part) => resultsOf(experiment.name, part, recordOf)),
    command: origin.command,
    commit: origin.commit,
    runCommits: distinct(records.map(({ commit }) => commit).filter((commit) => commit !== null)),
    node: origin.node,
    backend: distinct(records.map(({ backend }) => backend)).join(', '),
  };
}

function resultsOf(name: string, plan: ComparisonPlan, recordOf: RecordOf): ComparisonResults {
  const { comparison } = plan;
  const { measures } = comparison.task;
  const finished = finishedModels(plan, recordOf);
  // Every measure on the same resampled test sets.
  const resampled = new Map(
    measures.map((measure) => {
      const draw = random('bootstrap', name).next;
      return [measure.key, resample(finished, measure, comparison.testSets[0], draw)] as const;
    }),
  );
  const headline = resampled.get(measures[0].key)!;
  const dense = comparison.models[0]!.name;
  const isThere = (model: string) => finished.some((one) => one.name === model);
  const sets = [comparison.testSets[0], 'development', 'train', ...comparison.testSets.slice(1)];
  const models = finished.map(
    (model): ModelResult => ({
      ...sizesOf(model, plan),
      scores: Object.fromEntries(sets.map((set) => [set, scoresOf(model, set, measures)])),
      intervals: Object.fromEntries(
        measures.map(({ key }) => [key, resampled.get(key)!.rate(model.name).interval]),
      ),
      ...(model.name === dense || !isThere(dense)
        ? {}
        : { differenceFromDense: headline.difference(model.name, dense) }),
    }),
  );
  return {
    comparison,
    plan,
    models,
    pairs: comparison.pairs
      .filter((pair) => pair.every(isThere))
      .map(([model, baseline]) => ({ model, baseline, ...headline.difference(model, baseline) })),
    claims: comparison.claims.flatMap((claim) => judged(claim, models, measures[0])),
  };
}

function resample(
  models: readonly FinishedModel[],
  measure: Measure,
  set: string,
  draw: () => number,
): ResampledRates {
  const { column, units, better } = measure;
  const first = models[0]?.sets(set)[0];
  const totals = first === undefined ? [] : units === undefined ? first[column]!.map(() => 1) : first[units]!;
  return resampleSeeded(
    models.map((model) => ({
      name: model.name,
      scores: model.sets(set).map((ofSeed) => ofSeed[column]!),
    })),
    totals,
    { random: draw, better },
  );
}

function judged(claim: Claim, models: readonly ModelResult[], headline: Measure): ClaimResult[] {
  const model = models.find(({ name }) => name === claim.model);
  if (model?.differenceFromDense === undefined) return [];
  const { fewerLstmParameters: fewerFound, differenceFromDense: found } = model;
  const holds = fewerFound >= claim.fewer && worseBy(headline, found.difference, 0) <= claim.worse;
  return [{ ...claim, fewerFound, found, holds }];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
