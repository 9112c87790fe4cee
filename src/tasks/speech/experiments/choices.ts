import type { Experiment } from './experiment.ts';
import type { Fold } from './folds.ts';
import type { PlannedRun, RecordOf } from './plan.ts';
import { type Rate, rateOf } from './runRecord.ts';

/** One training of a search and how it did on the development set; without rates where it has not been run. */
export interface Trial {
  readonly id: string;
  readonly learningRate: number;
  readonly wer?: number;
  readonly greedyWer?: number;
  readonly greedyLer?: number;
  readonly diverged?: string;
}

/** The learning rate of a model. */
export interface Choice {
  readonly model: string;
  readonly fold?: Fold;
  /** Whether all trials have been run; before that the rate is a guess, the middle one. */
  readonly decided: boolean;
  readonly learningRate: number;
  readonly trials: readonly Trial[];
}

/** The width of the dense baseline. */
export interface WidthChoice {
  readonly decided: boolean;
  readonly width: number;
  /** Whether doubling was still an improvement at the widest that was tried. */
  readonly atWidest: boolean;
  /** What was tried, each width with its best learning rate. */
  readonly tried: readonly (Omit<Choice, 'model'> & { readonly width: number })[];
}

/**
 * The learning rate whose run was judged best on the development set: by the rate `judge`, of equals by the other
 * rates, of equals still the smallest. Nothing but the development set is looked at.
 */
export function chooseRate(
  judge: Rate,
  model: string,
  fold: Fold | undefined,
  runs: readonly PlannedRun[],
  recordOf: RecordOf,
): Choice {
  const trials = runs.map((run) => trialOf(run, recordOf));
  const decided = trials.every((trial) => trial.wer !== undefined);
  const rates = trials.map((trial) => trial.learningRate).sort((a, b) => a - b);
  const learningRate = decided
    ? [...trials].sort((a, b) => byJudgement(a, b, judge))[0]!.learningRate
    : rates[rates.length >> 1]!;
  return { model, fold, decided, learningRate, trials };
}

/**
 * The smallest of the candidate widths that doubling does not improve: the widths are tried in order, two at first, and
 * another only while the last one was an improvement.
 *
 * @param trialsAt the runs of the dense model at a width
 */
export function chooseWidth(
  experiment: Experiment,
  recordOf: RecordOf,
  trialsAt: (width: number) => readonly PlannedRun[],
): WidthChoice {
  const { candidates, improvement } = experiment.width;
  if (candidates.length === 1) return { decided: true, width: candidates[0]!, atWidest: false, tried: [] };
  const tried: WidthChoice['tried'][number][] = [];
  const tryAt = (width: number) => {
    const { model: _, ...choice } = chooseRate(experiment.judge, '', undefined, trialsAt(width), recordOf);
    tried.push({ width, ...choice });
    return choice;
  };
  const judged = ({ trials, learningRate }: Pick<Choice, 'trials' | 'learningRate'>) =>
    trials.find((trial) => trial.learningRate === learningRate)![experiment.judge]!;
  let narrow = tryAt(candidates[0]!);
  for (const [i, width] of candidates.slice(1).entries()) {
    const wide = tryAt(width);
    const known = narrow.decided && wide.decided;
    if (!known || judged(narrow) - judged(wide) <= improvement) {
      return { decided: known, width: candidates[i]!, atWidest: false, tried };
    }
    narrow = wide;
  }
  return { decided: true, width: candidates.at(-1)!, atWidest: true, tried };
}

function trialOf(run: PlannedRun, recordOf: RecordOf): Trial {
  const { id, config } = run;
  const { learningRate } = config.training;
  const record = recordOf(id);
  const errors = record?.sets['development'];
  if (errors === undefined) return { id, learningRate };
  return {
    id,
    learningRate,
    wer: rateOf(errors, 'wer'),
    greedyWer: rateOf(errors, 'greedyWer'),
    greedyLer: rateOf(errors, 'greedyLer'),
    ...(record?.diverged === undefined ? {} : { diverged: record.diverged }),
  };
}

function byJudgement(a: Trial, b: Trial, judge: Rate): number {
  const order: readonly Rate[] = [judge, 'wer', 'greedyWer', 'greedyLer'];
  for (const rate of order) {
    const difference = a[rate]! - b[rate]!;
    if (difference !== 0) return difference;
  }
  return a.learningRate - b.learningRate;
}
