import { createHash } from 'node:crypto';
import { mapsInWords } from '../../../nn/spec.ts';
import { parseConfig, type SpeechConfig } from '../config.ts';
import { type Choice, chooseRate, chooseWidth, type WidthChoice } from './choices.ts';
import { estimateSeconds } from './cost.ts';
import type { Contender, Experiment } from './experiment.ts';
import type { Fold } from './folds.ts';
import { type SizedModel, sizedModel, sizeModels } from './matching.ts';
import type { RunRecord } from './runRecord.ts';

/** The parts of an experiment: how wide the dense baseline is, which learning rate each model gets, and the final runs. */
export const STAGES = ['width', 'search', 'seeds'] as const;
export type Stage = (typeof STAGES)[number];

/** One training of one model, which has a folder of its own. */
export interface PlannedRun {
  /** Path of its folder inside the experiment's; the same for the same training whatever stage asks for it. */
  readonly id: string;
  /** Stages that ask for it, the first first. */
  readonly stages: readonly Stage[];
  readonly model: string;
  /** What is trained, with this model alone. */
  readonly config: SpeechConfig;
  readonly fold?: Fold;
  /** The run whose trained model it compresses and begins from, if it begins from one. */
  readonly from?: string;
  /** Sets of the corpus that it is scored on; `train` stands for a sample of it. */
  readonly sets: readonly string[];
  /** Why it cannot begin yet, and may come out otherwise than planned. */
  readonly waitsFor?: string;
  /** An estimate of the time it takes one core. */
  readonly seconds: number;
}

/** Everything there is to run, as far as it can be known by what has been run. */
export interface Plan {
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

/** What a run left, if it has been run. */
export type RecordOf = (id: string) => RunRecord | undefined;

/** Whether a run has nothing left to do. */
export function isFinished(run: PlannedRun, recordOf: RecordOf): boolean {
  const record = recordOf(run.id);
  return record !== undefined && run.sets.every((set) => Object.hasOwn(record.sets, set));
}

/**
 * The plan of an experiment. Whatever is not decided yet is planned as if the width were the narrowest still possible and
 * the learning rate the middle one, and waits.
 *
 * @throws InputError where a contender cannot be sized
 */
export function planRuns(experiment: Experiment, recordOf: RecordOf, options: PlanOptions = {}): Plan {
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
  const [dense] = experiment.models;
  const inputSize = inputSizeOf(experiment);

  const trials = (request: Omit<RunRequest, 'rate' | 'sets'>): PlannedRun[] =>
    ratesOf(experiment, request.contender).map((rate) =>
      add(makeRun(experiment, { ...request, rate, sets: ['development'] })),
    );

  // The unit that the width is decided on; in a cross-validation there is no search for it.
  const [searchUnit] = unitsOf(experiment, 1);
  const width = chooseWidth(experiment, recordOf, (candidate) => {
    const model = sizedModel(dense!.name, dense!.layers(candidate, 0, inputSize), inputSize);
    return trials({ stage: 'width', contender: dense!, model, unit: searchFor(experiment, searchUnit!) });
  });
  const models = sizeModels(experiment.models, width.width, inputSize);
  const waitsForWidth = width.decided ? undefined : 'the width of the dense baseline';

  const choices = new Map<string, Choice>();
  const finals = new Map<string, PlannedRun[][]>();
  const unitsOfModel = (contender: Contender) => unitsOf(experiment, options.seeds ?? contender.seeds);
  experiment.models.forEach((contender, index) => {
    for (const unit of unitsOfModel(contender)) {
      const own = searchFor(experiment, unit);
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
      choices.set(key, chooseRate(experiment.judge, contender.name, own.fold, tried, recordOf));
    }
  });
  const most = Math.max(...experiment.models.map((contender) => options.seeds ?? contender.seeds));
  // By seed, so that every model has its first final run before any has its second.
  for (let seed = 1; seed <= most; seed++) {
    experiment.models.forEach((contender, index) => {
      const model = models[index]!;
      const units = unitsOfModel(contender).filter((unit) => unit.seed === seed);
      if (units.length === 0) return;
      const ofSeed = units.map((unit, part) => {
        const source = contender.start && finals.get(contender.start.from)?.[seed - 1]?.[part];
        const choice = choices.get(choiceKey(contender.name, searchFor(experiment, unit)))!;
        const waitsFor =
          waitsForWidth ??
          (choice.decided ? undefined : waitForRate(contender.name)) ??
          (source === undefined || isFinished(source, recordOf) ? undefined : `the run ${source.id}`);
        const sets = ['train', 'development', ...experiment.testSets];
        return add(
          makeRun(experiment, {
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
  return { runs: byStage, width, choices: [...choices.values()], models, finals };
}

/** What a final training is one of: a seed, and in a cross-validation a part. */
interface Unit {
  readonly seed: number;
  readonly fold?: Fold;
}

function unitsOf({ folds }: Experiment, seeds: number): Unit[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed): Unit[] =>
    folds === undefined
      ? [{ seed }]
      : Array.from({ length: folds }, (_, index) => ({ seed, fold: { index, of: folds } })),
  );
}

/** Where the learning rate for a final training is searched: with a seed of its own; or in the same part of a cross-validation, on whose development set the search then does not see what other parts test on. */
function searchFor({ search }: Experiment, unit: Unit): Unit {
  return unit.fold === undefined ? { seed: search.seed } : unit;
}

const ratesOf = ({ search }: Experiment, { start }: Contender): readonly number[] =>
  start?.learningRates ?? search.learningRates;

const waitForRate = (model: string): string => `the learning rate of ${model}`;

const choiceKey = (model: string, { seed, fold }: Unit): string => `${model} ${seed} ${fold?.index}`;

interface RunRequest {
  readonly stage: Stage;
  readonly contender: Contender;
  readonly model: SizedModel;
  readonly unit: Unit;
  readonly rate: number;
  readonly sets: readonly string[];
  readonly from?: string;
  readonly waitsFor?: string;
}

function makeRun(experiment: Experiment, request: RunRequest): PlannedRun {
  const { stage, contender, model, unit, rate, sets, from, waitsFor } = request;
  const { training, ...sections } = experiment.settings;
  const epochs = contender.start?.epochs ?? training?.epochs ?? DEFAULTS.training.epochs;
  const length = stage === 'seeds' ? 1 : (experiment.search.length ?? 1);
  const config = parseConfig(
    {
      name: experiment.name,
      seed: unit.seed,
      corpus: experiment.corpus,
      corpusSeed: experiment.corpusSeed,
      ...sections,
      training: {
        ...training,
        epochs: Math.ceil(length * epochs),
        learningRate: rate,
      },
      models: [{ name: model.name, layers: model.layers }],
    },
    `experiment ${experiment.name}`,
  );
  // Whatever changes the outcome changes the folder, so that a run is never taken for another one.
  const hash = createHash('sha256')
    .update(JSON.stringify([config, unit.fold, from]))
    .digest('hex')
    .slice(0, 10);
  const part = unit.fold === undefined ? '' : `-part${unit.fold.index + 1}`;
  return {
    id: `${model.name}/rate${rate}-seed${unit.seed}${part}-${hash}`,
    stages: [stage],
    model: model.name,
    config,
    fold: unit.fold,
    from,
    sets,
    waitsFor,
    seconds: estimateSeconds(experiment, config, model),
  };
}

/** What a configuration has without a word about it. */
const DEFAULTS = parseConfig(
  { name: 'defaults', corpus: 'none', models: [{ name: 'none', layers: [{ hidden: 1 }] }] },
  'defaults',
);

const inputSizeOf = ({ bands, settings }: Experiment): number =>
  bands * (settings.features?.stack ?? DEFAULTS.features.stack);

/** What a run trains, in a line. */
export const mapsOf = (run: PlannedRun): string => mapsInWords(run.config.models[0]!.layers);
