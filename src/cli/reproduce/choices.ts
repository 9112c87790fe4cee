import type { Choice } from '../../tasks/experiments/choices.ts';
import type { ComparisonResults } from '../../tasks/experiments/results.ts';
import { percent } from '../format.ts';
import { labelled, short } from './units.ts';

/** What was chosen on the development set, and from what: the baseline's width, and each model's learning rate, as Markdown. */
export function choices(
  part: ComparisonResults,
  table: (rows: readonly (readonly string[])[]) => readonly string[],
): string[] {
  const { comparison, plan } = part;
  const { measures } = comparison.task;
  const [headline, ...others] = measures;
  const also = others.length === 0 ? '' : ` (${others.map(({ label }) => label).join('; ')})`;
  const edge = plan.choices.filter(
    ({ decided, learningRate, trials }) =>
      decided &&
      [Math.min, Math.max].some((end) => end(...trials.map((t) => t.learningRate)) === learningRate),
  );
  return [
    ...widthText(part),
    ...lengthText(part),
    `Development ${headline.label} of every learning rate tried${also}:`,
    '',
    ...table(searchRows(part)),
    ...(edge.length === 0
      ? []
      : ['', `At the edge of what was tried: ${[...new Set(edge.map(({ model }) => model))].join(', ')}.`]),
  ];
}

function widthText({ comparison, plan: { width } }: ComparisonResults): string[] {
  if (width.tried.length === 0) return [];
  const [headline] = comparison.task.measures;
  const judged = width.tried.map(({ width: hidden, trials, learningRate }) => {
    const scores = trials.find((trial) => trial.learningRate === learningRate)?.scores;
    const found =
      scores === undefined
        ? 'not run yet'
        : `${labelled(scores[headline.key]!, headline)} at rate ${learningRate}`;
    return `${hidden}: ${found}`;
  });
  const why = !width.decided
    ? 'not decided yet'
    : width.atWidest
      ? 'the widest that was tried, though doubling was an improvement up to it'
      : 'the smallest that doubling does not improve';
  return [`Width of the dense baseline: **${width.width}**, ${why} (${judged.join('; ')}).`, ''];
}

function lengthText({ comparison: { search } }: ComparisonResults): string[] {
  if (search.length === undefined || search.length === 1) return [];
  return [
    `These trials were shorter than the final trainings: ${percent(search.length)} of their epochs, rounded up, each with a whole learning-rate schedule.`,
    '',
  ];
}

/** Each trial of the search; the chosen rate in bold. */
function searchRows({ comparison, plan }: ComparisonResults): string[][] {
  const { measures } = comparison.task;
  const rates = [...new Set(plan.choices.flatMap(({ trials }) => trials.map((trial) => trial.learningRate)))];
  const cell = ({ decided, learningRate, trials }: Choice, rate: number): string => {
    const trial = trials.find((one) => one.learningRate === rate);
    if (trial?.scores === undefined) return '';
    const [value, ...others] = measures.map((measure) => short(trial.scores![measure.key]!, measure));
    const text =
      trial.diverged !== undefined
        ? 'diverged'
        : others.length === 0
          ? value!
          : `${value} (${others.join('; ')})`;
    return decided && rate === learningRate ? `**${text}**` : text;
  };
  return [
    ['model', ...rates.map(String)],
    ...plan.choices.map((choice) => [
      choice.fold === undefined ? choice.model : `${choice.model}, part ${choice.fold.index + 1}`,
      ...rates.map((rate) => cell(choice, rate)),
    ]),
  ];
}
