import type { Measure } from '../../tasks/experiments/measure.ts';
import type { ClaimResult, ComparisonResults, ExperimentResults } from '../../tasks/experiments/results.ts';
import type { Difference } from '../../tasks/experiments/seedBootstrap.ts';
import { count, decimal, percent, textTable } from '../format.ts';
import { choices } from './choices.ts';
import { atMostWorse, difference, differenceInWords, exact, within } from './units.ts';

/** The results of an experiment as a page of Markdown: what was asked, the answer, the figures, the search, the command. */
export function resultsPage(results: ExperimentResults): string {
  const { name, parts } = results;
  return [
    `# ${name}`,
    '',
    results.question,
    '',
    ...stateOf(results),
    ...(parts.length === 1
      ? section(results, parts[0]!, '##')
      : parts.flatMap((part) => [`## ${part.comparison.task.corpus}`, '', ...section(results, part, '###')])),
    '## Command',
    '',
    '```sh',
    results.command,
    '```',
    '',
    `Corpus ${parts.map(({ comparison }) => comparison.task.corpus).join(', ')}; commit ${results.commit ?? 'unknown'} (runs: ${results.runCommits.join(', ') || 'unknown'}); Node ${results.node}; backend ${results.backend}.`,
    '',
  ].join('\n');
}

/** The figures as aligned text. */
export function resultsTable({ parts }: ExperimentResults): string {
  return parts
    .map(
      (part) =>
        `${parts.length === 1 ? '' : `${part.comparison.task.corpus}\n`}${textTable(resultRows(part))}`,
    )
    .join('\n');
}

/** The file of a comparison's chart. */
export function chartFile({ name, parts }: ExperimentResults, { comparison }: ComparisonResults): string {
  return `${name}${parts.length === 1 ? '' : `-${comparison.task.corpus}`}.svg`;
}

function section(results: ExperimentResults, part: ComparisonResults, heading: '##' | '###'): string[] {
  const { comparison, models } = part;
  return [
    ...(models.length === 0
      ? []
      : [
          `${heading} Answer`,
          '',
          ...answer(results, part),
          '',
          `${heading} Figures`,
          '',
          ...figures(results, part),
          '',
        ]),
    `${heading} Choices`,
    '',
    `All were made on the development set, ${comparison.task.words.development}.`,
    '',
    ...choices(part, markdownTable),
    '',
  ];
}

function answer({ complete }: ExperimentResults, { comparison, claims, pairs }: ComparisonResults): string[] {
  const [headline] = comparison.task.measures;
  return [
    ...(claims.length > 0
      ? []
      : [complete ? 'Nothing was claimed beforehand.' : 'Too few runs are finished for one yet.', '']),
    ...claims.map((claim) => `- ${claimText(claim, headline)}`),
    ...pairs.map(({ model, baseline, ...found }) => `- ${pairText(model, baseline, found, headline)}`),
  ];
}

function figures(results: ExperimentResults, part: ComparisonResults): string[] {
  const { comparison, models } = part;
  const { words, measures } = comparison.task;
  const [headline] = measures;
  const heldOut = comparison.testSets[0];
  const ended = models.flatMap(({ diverged }) =>
    diverged.map((line) => `- Ended early, ${words.diverged}: ${line}`),
  );
  return [
    ...markdownTable(resultRows(part)),
    '',
    `${words.measures} Intervals are 95 %, by a bootstrap that draws ${words.items} (the same for all models) and seeds anew 1,000 times${words.notDrawn === undefined ? '' : `; ${words.notDrawn}`}. Differences are ${headline.unit === 'share' ? 'percentage points of ' : ''}${headline.label} from ${comparison.models[0]!.name}.`,
    '',
    `![${headline.label} against LSTM parameters](${chartFile(results, part)})`,
    '',
    ...(ended.length === 0 ? [] : [...ended, '']),
    ...markdownTable(
      [
        ['model', 'layers', 'why it is here', `${headline.label} of each seed`, 'seconds of training each'],
        ...models.map((model) => [
          model.name,
          model.maps,
          model.role,
          model.scores[heldOut]![headline.key]!.perSeed.map((value) => exact(value, headline)).join(', '),
          model.secondsPerSeed.map((seconds) => decimal(seconds, 0)).join(', '),
        ]),
      ],
      5,
    ),
  ];
}

function stateOf({ complete, runsFinished, runsPlanned, parts }: ExperimentResults): string[] {
  if (complete) return [];
  const seeds = parts.flatMap(({ comparison, models }) =>
    models.map(
      (m) =>
        `${parts.length === 1 ? '' : `${comparison.task.corpus} `}${m.name} ${m.seeds.length} of ${m.seedsPlanned}`,
    ),
  );
  return [
    `**Partial: ${count(runsFinished)} of ${count(runsPlanned)} planned runs are finished** (final runs: ${seeds.join(', ') || 'none'}). The figures below are of these alone.`,
    '',
  ];
}

function claimText(
  { model, fewer, worse, fewerFound, found, holds }: ClaimResult,
  headline: Measure,
): string {
  return (
    `**${holds ? 'Yes' : 'No'}**: at least ${percent(fewer)} fewer LSTM parameters for ${atMostWorse(worse, headline)} was asked; ` +
    `${model} has ${percent(fewerFound)} fewer and ${differenceInWords(found, headline)}.`
  );
}

function pairText(model: string, baseline: string, found: Difference, headline: Measure): string {
  const [low, high] = headline.better === 'lower' ? found.interval : [-found.interval[1], -found.interval[0]];
  const verdict =
    high < 0
      ? `${model} is better than ${baseline}`
      : low > 0
        ? `${model} is worse than ${baseline}`
        : `no difference between ${model} and ${baseline} is certain`;
  return `${verdict[0]!.toUpperCase()}${verdict.slice(1)}: ${differenceInWords(found, headline)}, better in ${percent(found.probabilityOfImprovement)} of the resampled test sets.`;
}

function resultRows({ comparison, models }: ComparisonResults): string[][] {
  const { task, testSets } = comparison;
  const { measures, words } = task;
  const [headline, ...others] = measures;
  const [heldOut, ...sets] = testSets;
  const head = [
    'model',
    'LSTM parameters',
    'fewer',
    'parameters',
    `MACs a ${words.step}`,
    'seeds',
    `${headline.label} (95 %)`,
    'difference (95 %)',
    ...others.map(({ label }) => `${label} (95 %)`),
    ...sets.map((set) => `${set} ${headline.label}`),
    `train ${headline.label}`,
    headline.units ?? words.items,
    'frames/s',
  ];
  const rows = models.map((model): string[] => {
    const score = (set: string, { key }: Measure) => model.scores[set]![key]!;
    const measured = (measure: Measure) =>
      within(score(heldOut, measure).value, model.intervals[measure.key]!, measure);
    return [
      model.name,
      count(model.lstmParameters),
      percent(model.fewerLstmParameters),
      count(model.parameters),
      count(model.macsPerFrame),
      `${model.seeds.length}`,
      measured(headline),
      model.differenceFromDense === undefined ? '' : difference(model.differenceFromDense, headline),
      ...others.map(measured),
      ...sets.map((set) => exact(score(set, headline).value, headline)),
      exact(score('train', headline).value, headline),
      count(score(heldOut, headline).total),
      count(model.framesPerSecond),
    ];
  });
  return [head, ...rows];
}

/** A table whose first columns are of text, the others of figures. */
function markdownTable([head, ...rows]: readonly (readonly string[])[], text = 1): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), `|${head!.map((_, i) => (i < text ? '---|' : '---:|')).join('')}`, ...rows.map(line)];
}
