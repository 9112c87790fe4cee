import * as Plot from '@observablehq/plot';
import type { ComparisonResults } from '../tasks/experiments/results.ts';
import { colours, draw } from './charts.ts';
import { count } from './format.ts';
import { charted, exact } from './reproduceUnits.ts';

/** The headline measure against LSTM parameters as an SVG file: a point a model with its interval, a small one a seed. */
export function resultsChart(title: string, { comparison, models }: ComparisonResults): string {
  const [headline] = comparison.task.measures;
  const onChart = (value: number) => charted(value, headline);
  const points = models.map((model, index) => {
    const { value, perSeed } = model.scores[comparison.testSets[0]]![headline.key]!;
    const [low, high] = model.intervals[headline.key]!;
    return {
      name: model.name,
      x: model.lstmParameters,
      y: onChart(value),
      low: onChart(low),
      high: onChart(high),
      seeds: perSeed.map(onChart),
      text: `${model.name} ${exact(value, headline)} with ${count(model.lstmParameters)}`,
      stroke: colours[index % colours.length]!.light,
    };
  });
  const words = points.map(({ text }) => text).join('; ');
  const sizes = points.map((point) => point.x);
  const values = points.flatMap((point) => [point.low, point.high, ...point.seeds]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.1 * (most - least), onChart(0.0005));
  const domain: [number, number] =
    points.length === 0 ? [0, 1] : [Math.max(0, least - margin), most + margin];
  const labels = spread(points, domain);
  const svg = draw(`${title}, ${headline.label} against LSTM parameters: ${words || 'no model yet'}.`, {
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
    y: {
      label: `held-out ${headline.label}${headline.unit === 'share' ? ', %' : ''}`,
      domain,
      ticks: 6,
      grid: true,
    },
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
