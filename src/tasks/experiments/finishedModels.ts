import { joined, type Measure, mean, measured, type SetScores, total } from './measure.ts';
import type { ComparisonPlan } from './plan.ts';
import { isFinished, type PlannedRun, type RecordOf } from './plannedRun.ts';
import type { RunRecord } from './runRecord.ts';

/** A model with the final runs that are finished. */
export interface FinishedModel {
  readonly name: string;
  readonly role: string;
  readonly planned: number;
  /** Finished final runs, by seed, and within a seed by part of the cross-validation; and what they left. */
  readonly seeds: readonly (readonly PlannedRun[])[];
  readonly records: readonly (readonly RunRecord[])[];
  /** The scores on a set of every seed, its parts joined. */
  sets(set: string): readonly SetScores[];
}

/** The models of which a seed is finished, with all its parts. */
export function finishedModels(
  { comparison, finals }: ComparisonPlan,
  recordOf: RecordOf,
): readonly FinishedModel[] {
  return comparison.models.flatMap(({ name, role }): FinishedModel[] => {
    const planned = finals.get(name) ?? [];
    const seeds = planned.filter((ofSeed) =>
      ofSeed.every((run) => run.waitsFor === undefined && isFinished(run, recordOf)),
    );
    if (seeds.length === 0) return [];
    const records = seeds.map((ofSeed) => ofSeed.map((run) => recordOf(run.id)!));
    const sets = (set: string) => records.map((parts) => joined(parts.map((record) => record.sets[set]!)));
    return [{ name, role, planned: planned.length, seeds, records, sets }];
  });
}

/** What a model is, and how it was trained. */
export function sizesOf({ name, role, planned, seeds, records }: FinishedModel, plan: ComparisonPlan) {
  const [first] = records[0]!;
  const [dense] = plan.models;
  const runs = seeds.flat();
  const all = records.flat();
  return {
    name,
    role,
    maps: first!.maps,
    layers: first!.layers,
    lstmParameters: first!.lstmParameters,
    /** By which share the recurrent layers have fewer parameters than the dense baseline's. */
    fewerLstmParameters: 1 - first!.lstmParameters / dense!.summary.lstmParameters,
    parameters: first!.parameters,
    macsPerFrame: first!.macsPerFrame,
    /** Of every part in a cross-validation. */
    learningRates: seeds[0]!.map((run) => run.learningRate),
    /** Finished ones: the figures are over these. */
    seeds: seeds.map((ofSeed) => ofSeed[0]!.seed),
    seedsPlanned: planned,
    /** Why trainings ended early, if any did. */
    diverged: all.flatMap(({ diverged }, i) =>
      diverged === undefined ? [] : [`${runs[i]!.id}: ${diverged}`],
    ),
    secondsPerSeed: records.map((parts) => total(parts.map(({ seconds }) => seconds))),
    framesPerSecond: mean(all.map(({ framesPerSecond }) => framesPerSecond)),
  };
}

/** A measure of a model on a set. */
export interface Score {
  /** Mean over seeds. */
  readonly value: number;
  readonly perSeed: readonly number[];
  /** What it is counted over: the units of the set, or its items. */
  readonly total: number;
  readonly items: number;
}

/** Every measure of a model on a set, by key. */
export function scoresOf(
  model: FinishedModel,
  set: string,
  measures: readonly Measure[],
): Readonly<Record<string, Score>> {
  const seeds = model.sets(set);
  return Object.fromEntries(
    measures.map((measure) => {
      const perSeed = seeds.map((ofSeed) => measured(ofSeed, measure));
      const items = seeds[0]![measure.column]!.length;
      const counted = measure.units === undefined ? items : total(seeds[0]![measure.units]!);
      return [measure.key, { value: mean(perSeed), perSeed, total: counted, items }];
    }),
  );
}
