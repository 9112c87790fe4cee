import type { LayerSpec } from '../../../nn/spec.ts';
import { random } from '../../../tensor/random.ts';
import type { Choice, WidthChoice } from './choices.ts';
import type { Claim, Experiment } from './experiment.ts';
import { isFinished, type Plan, type PlannedRun, type RecordOf } from './plan.ts';
import { joined, type RunRecord, rateOf, type SetErrors } from './runRecord.ts';
import { type Difference, resampleSeeded } from './seedBootstrap.ts';

/** The row of one model in `docs/results/NAME.json`; error rates are fractions and averages over seeds. */
export interface ModelResult {
  readonly name: string;
  readonly role: string;
  readonly maps: string;
  readonly layers: readonly LayerSpec[];
  readonly lstmParameters: number;
  /** By which share the recurrent layers have fewer parameters than the dense baseline's. */
  readonly fewerLstmParameters: number;
  readonly parameters: number;
  readonly macsPerFrame: number;
  /** Of every part in a cross-validation. */
  readonly learningRates: readonly number[];
  /** Finished ones: the figures are over these. */
  readonly seeds: readonly number[];
  readonly seedsPlanned: number;
  /** Why trainings ended early, if any did; every word of theirs counts as an error. */
  readonly diverged: readonly string[];
  /** On held-out utterances, with lexicon and n-gram model. */
  readonly wer: number;
  readonly werPerSeed: readonly number[];
  /** 95 %, bootstrap over utterances and seeds. */
  readonly werInterval: readonly [number, number];
  readonly greedyWer: number;
  /** Letter error rate, greedy. */
  readonly ler: number;
  readonly heldOutWords: number;
  readonly heldOutUtterances: number;
  readonly developmentWer: number;
  readonly trainWer: number;
  /** Further test sets. */
  readonly otherSets: Readonly<
    Record<string, { wer: number; werPerSeed: number[]; greedyWer: number; words: number }>
  >;
  readonly secondsPerSeed: readonly number[];
  readonly framesPerSecond: number;
  /** WER minus that of the dense baseline; absent for itself and until that has a seed. */
  readonly differenceFromDense?: Difference;
}

/** What a claim came to. */
export interface ClaimResult extends Claim {
  readonly fewerFound: number;
  readonly moreWerFound: Difference;
  readonly holds: boolean;
}

/** `docs/results/NAME.json` */
export interface ExperimentResults {
  readonly name: string;
  readonly question: string;
  /** False while runs are missing. */
  readonly complete: boolean;
  readonly runsFinished: number;
  readonly runsPlanned: number;
  readonly corpus: string;
  readonly models: readonly ModelResult[];
  readonly comparisons: readonly ({ readonly model: string; readonly baseline: string } & Difference)[];
  readonly claims: readonly ClaimResult[];
  readonly width: WidthChoice;
  readonly search: readonly Choice[];
  readonly settings: Experiment['settings'];
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
  const [heldOut] = experiment.testSets;
  const finished = experiment.models.flatMap((contender): FinishedModel[] => {
    const planned = plan.finals.get(contender.name) ?? [];
    const seeds = planned.filter((ofSeed) =>
      ofSeed.every((run) => run.waitsFor === undefined && isFinished(run, recordOf)),
    );
    const records = seeds.map((ofSeed) => ofSeed.map((run) => recordOf(run.id)!));
    return seeds.length === 0
      ? []
      : [{ name: contender.name, role: contender.role, planned, seeds, records }];
  });
  const errors = (model: FinishedModel, set: string): SetErrors[] =>
    model.records.map((parts) => joined(parts.map((record) => record.sets[set]!)));
  const resampled = resampleSeeded(
    finished.map((model) => ({
      name: model.name,
      errors: errors(model, heldOut!).map(({ wordErrors }) => wordErrors),
    })),
    finished.length === 0 ? [] : errors(finished[0]!, heldOut!)[0]!.words,
    { random: random('bootstrap', experiment.name).next },
  );
  const dense = experiment.models[0]!.name;
  const isThere = (name: string) => finished.some((model) => model.name === name);
  const models = finished.map(
    (model): ModelResult => ({
      ...sizesOf(model, plan, dense),
      ...ratesOf(model, heldOut!, errors),
      werInterval: resampled.rate(model.name).interval,
      otherSets: Object.fromEntries(
        experiment.testSets.slice(1).map((set) => [set, otherSet(errors(model, set))]),
      ),
      ...(model.name === dense || !isThere(dense)
        ? {}
        : { differenceFromDense: resampled.difference(model.name, dense) }),
    }),
  );
  const comparisons = experiment.pairs
    .filter((pair) => pair.every(isThere))
    .map(([model, baseline]) => ({ model, baseline, ...resampled.difference(model, baseline) }));
  const runsFinished = plan.runs.filter((run) => isFinished(run, recordOf)).length;
  const records = plan.runs.map((run) => recordOf(run.id)).filter((record) => record !== undefined);
  return {
    name: experiment.name,
    question: experiment.question,
    complete: runsFinished === plan.runs.length,
    runsFinished,
    runsPlanned: plan.runs.length,
    corpus: experiment.corpus,
    models,
    comparisons,
    claims: experiment.claims.flatMap((claim) => judged(claim, models)),
    width: plan.width,
    search: plan.choices,
    settings: experiment.settings,
    command: origin.command,
    commit: origin.commit,
    runCommits: distinct(records.map(({ commit }) => commit).filter((commit) => commit !== null)),
    node: origin.node,
    backend: distinct(records.map(({ backend }) => backend)).join(', '),
  };
}

interface FinishedModel {
  readonly name: string;
  readonly role: string;
  readonly planned: readonly (readonly PlannedRun[])[];
  /** Finished final runs, by seed, and within a seed by fold; and what they left. */
  readonly seeds: readonly (readonly PlannedRun[])[];
  readonly records: readonly (readonly RunRecord[])[];
}

function sizesOf({ name, role, planned, seeds, records }: FinishedModel, plan: Plan, dense: string) {
  const [first] = records[0]!;
  const denseParameters = plan.models.find((model) => model.name === dense)!.summary.lstmParameters;
  const runs = seeds.flat();
  const all = records.flat();
  return {
    name,
    role,
    maps: first!.maps,
    layers: first!.layers,
    lstmParameters: first!.lstmParameters,
    fewerLstmParameters: 1 - first!.lstmParameters / denseParameters,
    parameters: first!.parameters,
    macsPerFrame: first!.macsPerFrame,
    learningRates: seeds[0]!.map((run) => run.config.training.learningRate),
    seeds: seeds.map((ofSeed) => ofSeed[0]!.config.seed),
    seedsPlanned: planned.length,
    diverged: all.flatMap(({ diverged }, i) =>
      diverged === undefined ? [] : [`${runs[i]!.id}: ${diverged}`],
    ),
    secondsPerSeed: records.map((parts) => total(parts.map(({ seconds }) => seconds))),
    framesPerSecond: mean(all.map(({ framesPerSecond }) => framesPerSecond)),
  };
}

function ratesOf(
  model: FinishedModel,
  heldOut: string,
  errors: (model: FinishedModel, set: string) => SetErrors[],
) {
  const tested = errors(model, heldOut);
  const average = (set: string, rate: Parameters<typeof rateOf>[1]) =>
    mean(errors(model, set).map((ofSeed) => rateOf(ofSeed, rate)));
  return {
    wer: average(heldOut, 'wer'),
    werPerSeed: tested.map((ofSeed) => rateOf(ofSeed, 'wer')),
    greedyWer: average(heldOut, 'greedyWer'),
    ler: average(heldOut, 'greedyLer'),
    heldOutWords: total(tested[0]!.words),
    heldOutUtterances: tested[0]!.words.length,
    developmentWer: average('development', 'wer'),
    trainWer: average('train', 'wer'),
  };
}

function otherSet(errors: readonly SetErrors[]) {
  return {
    wer: mean(errors.map((ofSeed) => rateOf(ofSeed, 'wer'))),
    werPerSeed: errors.map((ofSeed) => rateOf(ofSeed, 'wer')),
    greedyWer: mean(errors.map((ofSeed) => rateOf(ofSeed, 'greedyWer'))),
    words: total(errors[0]!.words),
  };
}

function judged(claim: Claim, models: readonly ModelResult[]): ClaimResult[] {
  const model = models.find(({ name }) => name === claim.model);
  if (model?.differenceFromDense === undefined) return [];
  const { fewerLstmParameters: fewerFound, differenceFromDense: moreWerFound } = model;
  const holds = fewerFound >= claim.fewer && moreWerFound.difference <= claim.moreWer;
  return [{ ...claim, fewerFound, moreWerFound, holds }];
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => total(values) / values.length;
const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
