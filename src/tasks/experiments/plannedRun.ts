import { createHash } from 'node:crypto';
import { mapsInWords } from '../../nn/spec.ts';
import type { Comparison, Contender, Experiment, Fold } from './experiment.ts';
import type { SizedModel } from './matching.ts';
import type { RunRecord } from './runRecord.ts';
import type { RunSettings } from './task.ts';

/** The parts of a comparison: how wide the dense baseline is, which learning rate each model gets, and the final runs. */
export const STAGES = ['width', 'search', 'seeds'] as const;
export type Stage = (typeof STAGES)[number];

/** One training of one model, which has a folder of its own. */
export interface PlannedRun {
  /** Path of its folder inside the experiment's; the same for the same training whatever stage asks for it. */
  readonly id: string;
  /** Whose data it is trained on. */
  readonly comparison: Comparison;
  /** Stages that ask for it, the first first. */
  readonly stages: readonly Stage[];
  readonly model: RunSettings['model'];
  readonly seed: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** What is trained, with this model alone, as the task wants it. */
  readonly config: unknown;
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

/** What a run left, if it has been run. */
export type RecordOf = (id: string) => RunRecord | undefined;

/** Whether a run has nothing left to do. */
export function isFinished(run: PlannedRun, recordOf: RecordOf): boolean {
  const record = recordOf(run.id);
  return record !== undefined && run.sets.every((set) => Object.hasOwn(record.sets, set));
}

/** What a training is one of: a seed, and in a cross-validation a part. */
export interface Unit {
  readonly seed: number;
  readonly fold?: Fold;
}

export interface RunRequest {
  readonly stage: Stage;
  readonly contender: Contender;
  readonly model: SizedModel;
  readonly unit: Unit;
  readonly rate: number;
  readonly sets: readonly string[];
  readonly from?: string;
  readonly waitsFor?: string;
}

/** A run of one of an experiment's comparisons. */
export function planRun(experiment: Experiment, comparison: Comparison, request: RunRequest): PlannedRun {
  const { stage, contender, unit, rate, sets, from, waitsFor } = request;
  const { task, search } = comparison;
  const { name, layers, summary } = request.model;
  const { seed, fold } = unit;
  const whole = contender.start?.epochs ?? contender.epochs ?? task.epochs;
  const epochs = Math.ceil((stage === 'seeds' ? 1 : (search.length ?? 1)) * whole);
  const model = { name, layers };
  const config = task.configure({ name: experiment.name, seed, epochs, learningRate: rate, model });
  // Whatever changes the outcome changes the folder, so that a run is never taken for another one.
  const hash = createHash('sha256')
    .update(JSON.stringify([config, fold, from]))
    .digest('hex')
    .slice(0, 10);
  const corpus = experiment.comparisons.length > 1 ? `${task.corpus}/` : '';
  const part = fold === undefined ? '' : `-part${fold.index + 1}`;
  return {
    id: `${corpus}${name}/rate${rate}-seed${seed}${part}-${hash}`,
    comparison,
    stages: [stage],
    model,
    seed,
    epochs,
    learningRate: rate,
    config,
    fold,
    from,
    sets,
    waitsFor,
    seconds: task.estimateSeconds(epochs, summary),
  };
}

/** What a run trains, in a line. */
export const mapsOf = ({ model }: PlannedRun): string => mapsInWords(model.layers);
