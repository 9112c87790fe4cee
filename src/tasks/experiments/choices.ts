import { InputError } from '../../errors.ts';
import type { Comparison, Fold } from './experiment.ts';
import { type Measure, measured, worseBy } from './measure.ts';
import type { PlannedRun, RecordOf } from './plannedRun.ts';

/** One training of a search and how it did on the development set. */
export interface Trial {
  readonly id: string;
  readonly learningRate: number;
  /** By the measures' keys; absent where it has not been run. */
  readonly scores?: Readonly<Record<string, number>>;
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
 * The learning rate whose run was best on the development set: by the measure that judges, of equals by the task's
 * measures in their order, of equals still the smallest. Nothing but the development set is looked at.
 */
export function chooseRate(
  comparison: Comparison,
  model: string,
  fold: Fold | undefined,
  runs: readonly PlannedRun[],
  recordOf: RecordOf,
): Choice {
  const { measures } = comparison.task;
  const trials = runs.map((run) => trialOf(run, measures, recordOf));
  const decided = trials.every((trial) => trial.scores !== undefined);
  const rates = trials.map((trial) => trial.learningRate).sort((a, b) => a - b);
  const learningRate = decided
    ? [...trials].sort((a, b) => byJudgement(a, b, [judgeOf(comparison), ...measures]))[0]!.learningRate
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
  comparison: Comparison,
  recordOf: RecordOf,
  trialsAt: (width: number) => readonly PlannedRun[],
): WidthChoice {
  const { candidates, improvement } = comparison.width;
  if (candidates.length === 1) return { decided: true, width: candidates[0]!, atWidest: false, tried: [] };
  const tried: WidthChoice['tried'][number][] = [];
  const tryAt = (width: number) => {
    const { model: _, ...choice } = chooseRate(comparison, '', undefined, trialsAt(width), recordOf);
    tried.push({ width, ...choice });
    return choice;
  };
  const judge = judgeOf(comparison);
  const judged = ({ trials, learningRate }: Pick<Choice, 'trials' | 'learningRate'>) =>
    trials.find((trial) => trial.learningRate === learningRate)!.scores![judge.key]!;
  let narrow = tryAt(candidates[0]!);
  for (const [i, width] of candidates.slice(1).entries()) {
    const wide = tryAt(width);
    const known = narrow.decided && wide.decided;
    if (!known || worseBy(judge, judged(narrow), judged(wide)) <= improvement) {
      return { decided: known, width: candidates[i]!, atWidest: false, tried };
    }
    narrow = wide;
  }
  return { decided: true, width: candidates.at(-1)!, atWidest: true, tried };
}

/** The measure that choices are made by. @throws InputError where the task has none of that key */
export function judgeOf({ judge, task }: Comparison): Measure {
  const found = task.measures.find(({ key }) => key === judge);
  if (found !== undefined) return found;
  const keys = task.measures.map(({ key }) => key).join(', ');
  throw new InputError(`models are judged by "${judge}"; expected a measure of ${task.name}: ${keys}`);
}

function trialOf(run: PlannedRun, measures: readonly Measure[], recordOf: RecordOf): Trial {
  const { id, learningRate } = run;
  const record = recordOf(id);
  const set = record?.sets['development'];
  if (set === undefined) return { id, learningRate };
  return {
    id,
    learningRate,
    scores: Object.fromEntries(measures.map((measure) => [measure.key, measured(set, measure)])),
    ...(record?.diverged === undefined ? {} : { diverged: record.diverged }),
  };
}

function byJudgement(a: Trial, b: Trial, order: readonly Measure[]): number {
  for (const measure of order) {
    const difference = worseBy(measure, a.scores![measure.key]!, b.scores![measure.key]!);
    if (difference !== 0) return difference;
  }
  return a.learningRate - b.learningRate;
}
