import { type Choice, chooseRate, chooseWidth, type WidthChoice } from './choices.ts';
import type { Comparison, Contender, Experiment } from './experiment.ts';
import { type SizedModel, sizedModel, sizeModels } from './matching.ts';
import {
  isFinished,
  type PlannedRun,
  planRun,
  type RecordOf,
  type RunRequest,
  STAGES,
  type Unit,
} from './plannedRun.ts';

/** Everything there is to run, as far as it can be known by what has been run. */
export interface Plan {
  readonly runs: readonly PlannedRun[];
  /** One a comparison. */
  readonly parts: readonly ComparisonPlan[];
}

/** The plan of one comparison. */
export interface ComparisonPlan {
  readonly comparison: Comparison;
  readonly runs: readonly PlannedRun[];
  readonly width: WidthChoice;
  /** Of every model and, in a cross-validation, every part: the learning rate. */
  readonly choices: readonly Choice[];
  readonly models: readonly SizedModel[];
  /** The final runs of each model, by seed, and within a seed by fold. */
  readonly finals: ReadonlyMap<string, readonly (readonly PlannedRun[])[]>;
}

export interface PlanOptions {
  /** As many final runs for every model, instead of its own number. */
  readonly seeds?: number;
}

/**
 * The plan of an experiment. Whatever is not decided yet is planned as if the width were the narrowest still possible and
 * the learning rate the middle one, and waits.
 *
 * @throws InputError where a contender cannot be sized
 */
export function planRuns(experiment: Experiment, recordOf: RecordOf, options: PlanOptions = {}): Plan {
  const parts = experiment.comparisons.map((comparison) =>
    planComparison(experiment, comparison, recordOf, options),
  );
  return { runs: parts.flatMap(({ runs }) => runs), parts };
}

function planComparison(
  experiment: Experiment,
  comparison: Comparison,
  recordOf: RecordOf,
  options: PlanOptions,
): ComparisonPlan {
  const { task, models: contenders, testSets } = comparison;
  const runs = new Map<string, PlannedRun>();
  const add = (run: PlannedRun): PlannedRun => {
    const known = runs.get(run.id);
    // A guess at the final run must not have a trial tested.
    if (known !== undefined && known.waitsFor === undefined && run.waitsFor !== undefined) return run;
    const merged: PlannedRun =
      known === undefined
        ? run
        : {
            ...known,
            stages: [...new Set([...known.stages, ...run.stages])],
            sets: [...new Set([...known.sets, ...run.sets])],
            waitsFor: run.waitsFor,
          };
    runs.set(run.id, merged);
    return merged;
  };
  const [dense] = contenders;

  const trials = (request: Omit<RunRequest, 'rate' | 'sets'>): PlannedRun[] =>
    ratesOf(comparison, request.contender).map((rate) =>
      add(planRun(experiment, comparison, { ...request, rate, sets: ['development'] })),
    );

  // The unit that the width is decided on; in a cross-validation there is no search for it.
  const [searchUnit] = unitsOf(comparison, 1);
  const width = chooseWidth(comparison, recordOf, (candidate) => {
    const model = sizedModel(dense!.name, dense!.layers(candidate, 0, task.inputSize), task);
    return trials({ stage: 'width', contender: dense!, model, unit: searchFor(comparison, searchUnit!) });
  });
  const models = sizeModels(contenders, width.width, task);
  const waitsForWidth = width.decided ? undefined : 'the width of the dense baseline';

  const choices = new Map<string, Choice>();
  const finals = new Map<string, PlannedRun[][]>();
  const unitsOfModel = (contender: Contender) => unitsOf(comparison, options.seeds ?? contender.seeds);
  contenders.forEach((contender, index) => {
    for (const unit of unitsOfModel(contender)) {
      const own = searchFor(comparison, unit);
      const key = choiceKey(contender.name, own);
      if (choices.has(key)) continue;
      const source = contender.start && choices.get(choiceKey(contender.start.from, own));
      const from = source?.trials.find((trial) => trial.learningRate === source.learningRate)?.id;
      const tried = trials({
        stage: 'search',
        contender,
        model: models[index]!,
        unit: own,
        from,
        waitsFor: waitsForWidth ?? (source?.decided === false ? waitForRate(source.model) : undefined),
      });
      choices.set(key, chooseRate(comparison, contender.name, own.fold, tried, recordOf));
    }
  });
  const most = Math.max(...contenders.map((contender) => options.seeds ?? contender.seeds));
  // By seed, so that every model has its first final run before any has its second.
  for (let seed = 1; seed <= most; seed++) {
    contenders.forEach((contender, index) => {
      const model = models[index]!;
      const units = unitsOfModel(contender).filter((unit) => unit.seed === seed);
      if (units.length === 0) return;
      const ofSeed = units.map((unit, part) => {
        const source = contender.start && finals.get(contender.start.from)?.[seed - 1]?.[part];
        const choice = choices.get(choiceKey(contender.name, searchFor(comparison, unit)))!;
        const waitsFor =
          waitsForWidth ??
          (choice.decided ? undefined : waitForRate(contender.name)) ??
          (source === undefined || isFinished(source, recordOf) ? undefined : `the run ${source.id}`);
        const sets = ['train', 'development', ...testSets];
        return add(
          planRun(experiment, comparison, {
            stage: 'seeds',
            contender,
            model,
            unit,
            rate: choice.learningRate,
            sets,
            from: source?.id,
            waitsFor,
          }),
        );
      });
      finals.set(contender.name, [...(finals.get(contender.name) ?? []), ofSeed]);
    });
  }
  const byStage = STAGES.flatMap((stage) => [...runs.values()].filter((run) => run.stages[0] === stage));
  return { comparison, runs: byStage, width, choices: [...choices.values()], models, finals };
}

function unitsOf({ folds }: Comparison, seeds: number): Unit[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed): Unit[] =>
    folds === undefined
      ? [{ seed }]
      : Array.from({ length: folds }, (_, index) => ({ seed, fold: { index, of: folds } })),
  );
}

/** Where the learning rate for a final training is searched: with the search's seed; and in the same part of a cross-validation, on whose development set the search then does not see what it tests on. */
function searchFor({ search }: Comparison, { fold }: Unit): Unit {
  return { seed: search.seed, fold };
}

const ratesOf = ({ search }: Comparison, { learningRates, start }: Contender): readonly number[] =>
  start?.learningRates ?? learningRates ?? search.learningRates;

const waitForRate = (model: string): string => `the learning rate of ${model}`;

const choiceKey = (model: string, { seed, fold }: Unit): string => `${model} ${seed} ${fold?.index}`;
