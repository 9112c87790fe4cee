import type { Comparison } from '../../tasks/experiments/experiment.ts';
import type { Plan } from '../../tasks/experiments/plan.ts';
import { mapsOf, type PlannedRun } from '../../tasks/experiments/plannedRun.ts';
import { count, decimal, textTable } from '../format.ts';

/** What there is to run, and what it would cost, as text. */
export function planTable(
  plan: Plan,
  wanted: (run: PlannedRun) => boolean,
  finished: (run: PlannedRun) => boolean,
  jobs: number,
): string {
  const runs = plan.runs.filter(wanted);
  const named = ({ task }: Comparison, model: string) =>
    plan.parts.length === 1 ? model : `${task.corpus} ${model}`;
  const rows = runs.map((run) => [
    run.stages[0]!,
    named(run.comparison, run.model.name),
    mapsOf(run),
    String(run.learningRate),
    run.fold === undefined ? String(run.seed) : `${run.seed}, part ${run.fold.index + 1}/${run.fold.of}`,
    decimal(run.seconds / 60, 1),
    finished(run) ? 'finished' : run.waitsFor === undefined ? 'to run' : `waits for ${run.waitsFor}`,
  ]);
  const head = ['stage', 'model', 'layers', 'rate', 'seed', 'minutes', ''];
  const minutes = (some: readonly PlannedRun[]) => some.reduce((sum, run) => sum + run.seconds, 0) / 60;
  const open = runs.filter((run) => !finished(run));
  const sizes = plan.parts.flatMap(({ comparison, models }) =>
    models.map(({ name, summary }) => [
      named(comparison, name),
      count(summary.lstmParameters),
      count(summary.parameters),
      count(summary.macs),
    ]),
  );
  return [
    textTable([['model', 'LSTM parameters', 'parameters', 'MACs a step'], ...sizes]),
    '\n',
    textTable([head, ...rows], [0, 1, 2, 6]),
    `\n${count(runs.length)} runs, about ${count(minutes(runs))} minutes of one core; ${count(open.length)} left, `,
    `about ${count(minutes(open))} minutes, ${count(minutes(open) / jobs)} with ${jobs} at once.\n`,
    plan.parts.every(({ width }) => width.decided)
      ? ''
      : 'The width of the dense baseline is not decided yet: a wider one has more to run, and longer runs.\n',
  ].join('');
}
