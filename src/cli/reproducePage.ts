import * as Plot from '@observablehq/plot';
import type { Choice } from '../tasks/speech/experiments/choices.ts';
import type { ClaimResult, ExperimentResults, ModelResult } from '../tasks/speech/experiments/results.ts';
import type { Difference } from '../tasks/speech/experiments/seedBootstrap.ts';
import { colours, draw } from './charts.ts';
import { count, decimal, percent, textTable } from './format.ts';

/** The results of an experiment as a page of Markdown: what was asked, the answer, the figures, the search, the command. */
export function resultsPage(results: ExperimentResults): string {
  const { name, models } = results;
  return [
    `# ${name}`,
    '',
    results.question,
    '',
    ...stateOf(results),
    ...(models.length === 0 ? [] : figures(results)),
    '## Choices',
    '',
    'All were made on the development set, none of whose sentences is in training or in the test.',
    '',
    ...widthText(results),
    ...searchTable(results.search),
    '',
    '## Command',
    '',
    '```sh',
    results.command,
    '```',
    '',
    `Corpus ${results.corpus}; commit ${results.commit ?? 'unknown'} (runs: ${results.runCommits.join(', ') || 'unknown'}); Node ${results.node}; backend ${results.backend}.`,
    '',
  ].join('\n');
}

function figures(results: ExperimentResults): string[] {
  const { name, models, comparisons } = results;
  return [
    '## Answer',
    '',
    ...(results.claims.length > 0
      ? []
      : [
          results.complete ? 'Nothing was claimed beforehand.' : 'Too few runs are finished for one yet.',
          '',
        ]),
    ...results.claims.map((claim) => `- ${claimText(claim)}`),
    ...comparisons.map(({ model, baseline, ...found }) => `- ${comparisonText(model, baseline, found)}`),
    '',
    '## Figures',
    '',
    ...markdownTable(resultRows(results)),
    '',
    `WER is the word error rate on held-out utterances with a lexicon and an n-gram model of the training sentences, averaged over seeds; greedy is without them. Intervals are 95 %, by a bootstrap that draws utterances (the same for all models) and seeds anew 1,000 times; voices are not drawn anew. Differences are percentage points of WER from ${models[0]?.name ?? 'dense'}.`,
    '',
    `![Word error rate against LSTM parameters](${name}.svg)`,
    '',
    ...models.flatMap(({ diverged }) =>
      diverged.map((line) => `- Ended early, all its words count as errors: ${line}`),
    ),
    '| model | layers | why it is here | WER of each seed | seconds of training each |',
    '|---|---|---|---|---|',
    ...models.map(
      (m) =>
        `| ${m.name} | ${m.maps} | ${m.role} | ${m.werPerSeed.map((wer) => percent(wer)).join(', ')} | ${m.secondsPerSeed.map((s) => decimal(s, 0)).join(', ')} |`,
    ),
    '',
  ];
}

/** The figures as aligned text. */
export function resultsTable(results: ExperimentResults): string {
  return textTable(resultRows(results));
}

/** WER against LSTM parameters as an SVG file: a point a model with its interval, a small one a seed. */
export function resultsChart({ name, models }: ExperimentResults): string {
  const points = models.map((model, index) => ({
    name: model.name,
    x: model.lstmParameters,
    y: 100 * model.wer,
    low: 100 * model.werInterval[0],
    high: 100 * model.werInterval[1],
    seeds: model.werPerSeed.map((wer) => 100 * wer),
    stroke: colours[index % colours.length]!.light,
  }));
  const words = points.map((p) => `${p.name} ${decimal(p.y, 2)} % with ${count(p.x)}`).join('; ');
  const sizes = points.map((point) => point.x);
  const values = points.flatMap((point) => [point.low, point.high, ...point.seeds]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.1 * (most - least), 0.05);
  const domain: [number, number] =
    points.length === 0 ? [0, 1] : [Math.max(0, least - margin), most + margin];
  const labels = spread(points, domain);
  const svg = draw(`${name}, word error rate against LSTM parameters: ${words || 'no model yet'}.`, {
    width: 760,
    height: 460,
    marginLeft: 56,
    x: {
      label: 'LSTM parameters',
      type: 'log',
      domain: points.length === 0 ? [1, 10] : [Math.min(...sizes) / 1.3, Math.max(...sizes) * 1.6],
      ticks: 5,
      tickFormat: '~s',
    },
    y: { label: 'held-out WER, %', domain, ticks: 6, grid: true },
    marks: points.flatMap((point, i) => [
      Plot.ruleX([point], { x: 'x', y1: 'low', y2: 'high', stroke: point.stroke, strokeWidth: 2 }),
      Plot.dot(point.seeds, { x: point.x, y: (y: number) => y, r: 2, fill: point.stroke, fillOpacity: 0.5 }),
      Plot.dot([point], { x: 'x', y: 'y', r: 5, fill: point.stroke }),
      Plot.text([point], {
        x: 'x',
        y: () => labels[i]!,
        text: 'name',
        dx: 14,
        textAnchor: 'start',
        fill: point.stroke,
        stroke: 'white',
        strokeWidth: 3,
      }),
    ]),
  });
  // A file of its own stands on any page: it brings its background and its name space.
  return `${svg
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/(<svg [^>]*>)/, '$1<rect width="100%" height="100%" fill="white"/>')}\n`;
}

/** Heights of the labels: each at its point where there is room, the others pushed up just so far that none overlap. */
function spread(points: readonly { readonly y: number }[], [low, high]: [number, number]): number[] {
  const apart = (high - low) / 24;
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.y - points[b]!.y);
  const labels: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    last = Math.max(points[i]!.y, last + apart);
    labels[i] = last;
  }
  return labels;
}

function stateOf({ complete, runsFinished, runsPlanned, models }: ExperimentResults): string[] {
  if (complete) return [];
  const seeds = models.map((m) => `${m.name} ${m.seeds.length} of ${m.seedsPlanned}`).join(', ');
  return [
    `**Partial: ${count(runsFinished)} of ${count(runsPlanned)} planned runs are finished** (final runs: ${seeds || 'none'}). The figures below are of these alone.`,
    '',
  ];
}

function claimText({ model, fewer, moreWer, fewerFound, moreWerFound, holds }: ClaimResult): string {
  return (
    `**${holds ? 'Yes' : 'No'}**: at least ${percent(fewer)} fewer LSTM parameters for at most ${points(moreWer)} more WER was asked; ` +
    `${model} has ${percent(fewerFound)} fewer and ${differenceText(moreWerFound)} of WER.`
  );
}

function comparisonText(model: string, baseline: string, found: Difference): string {
  const [low, high] = found.interval;
  const verdict =
    high < 0
      ? `${model} is better than ${baseline}`
      : low > 0
        ? `${model} is worse than ${baseline}`
        : `no difference between ${model} and ${baseline} is certain`;
  return `${verdict[0]!.toUpperCase()}${verdict.slice(1)}: ${differenceText(found)} of WER, better in ${percent(found.probabilityOfImprovement)} of the resampled test sets.`;
}

/** `+0.21 points (−0.10 to 0.52)` */
function differenceText({ difference, interval: [low, high] }: Difference): string {
  return `${signed(difference)} points (${signed(low)} to ${signed(high)})`;
}

const signed = (share: number): string => `${share < 0 ? '−' : '+'}${decimal(Math.abs(100 * share), 2)}`;
const points = (share: number): string => `${decimal(100 * share, 1)} points`;

function resultRows({ models }: ExperimentResults): string[][] {
  const others = [...new Set(models.flatMap((model) => Object.keys(model.otherSets)))];
  const exact = (share: number) => `${decimal(100 * share, 2)} %`;
  const head = [
    'model',
    'LSTM parameters',
    'fewer',
    'parameters',
    'MACs a frame',
    'seeds',
    'WER (95 %)',
    'difference (95 %)',
    'greedy WER',
    'greedy letters',
    ...others.map((set) => `${set} WER`),
    'train WER',
    'words',
    'frames/s',
  ];
  const row = (m: ModelResult): string[] => [
    m.name,
    count(m.lstmParameters),
    percent(m.fewerLstmParameters),
    count(m.parameters),
    count(m.macsPerFrame),
    `${m.seeds.length}`,
    `${exact(m.wer)} (${decimal(100 * m.werInterval[0], 2)} to ${decimal(100 * m.werInterval[1], 2)})`,
    m.differenceFromDense === undefined ? '' : differenceText(m.differenceFromDense).replace(' points', ''),
    exact(m.greedyWer),
    exact(m.ler),
    ...others.map((set) => (m.otherSets[set] === undefined ? '' : exact(m.otherSets[set].wer))),
    exact(m.trainWer),
    count(m.heldOutWords),
    count(m.framesPerSecond),
  ];
  return [head, ...models.map(row)];
}

function markdownTable([head, ...rows]: string[][]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), `|${head!.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)];
}

function widthText({ width }: ExperimentResults): string[] {
  if (width.tried.length === 0) return [];
  const judged = width.tried.map(({ width: hidden, trials, learningRate }) => {
    const best = trials.find((trial) => trial.learningRate === learningRate);
    return `${hidden}: ${best?.wer === undefined ? 'not run yet' : `${percent(best.wer)} WER at rate ${learningRate}`}`;
  });
  const why = !width.decided
    ? 'not decided yet'
    : width.atWidest
      ? 'the widest that was tried, though doubling was an improvement up to it'
      : 'the smallest that doubling does not improve';
  return [`Width of the dense baseline: **${width.width}**, ${why} (${judged.join('; ')}).`, ''];
}

/** Each trial of the search; the chosen rate in bold. */
function searchTable(search: readonly Choice[]): string[] {
  const rates = [...new Set(search.flatMap(({ trials }) => trials.map((trial) => trial.learningRate)))];
  const rows = search.map(({ model, fold, decided, learningRate, trials }) => [
    fold === undefined ? model : `${model}, part ${fold.index + 1}`,
    ...rates.map((rate) => {
      const trial = trials.find((one) => one.learningRate === rate);
      if (trial?.wer === undefined) return '';
      const text =
        trial.diverged === undefined
          ? `${percent(trial.wer)} (${percent(trial.greedyWer!)}; ${percent(trial.greedyLer!)})`
          : 'diverged';
      return decided && rate === learningRate ? `**${text}**` : text;
    }),
  ]);
  const edge = search.filter(
    ({ decided, learningRate, trials }) =>
      decided &&
      [Math.min, Math.max].some((end) => end(...trials.map((t) => t.learningRate)) === learningRate),
  );
  return [
    'Development WER of every learning rate tried (greedy WER; greedy letter errors):',
    '',
    ...markdownTable([['model', ...rates.map(String)], ...rows]),
    ...(edge.length === 0
      ? []
      : ['', `At the edge of what was tried: ${[...new Set(edge.map(({ model }) => model))].join(', ')}.`]),
  ];
}
