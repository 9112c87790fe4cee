import * as Plot from '@observablehq/plot';
import type { ComparisonResults } from '../../tasks/experiments/results.ts';
import { colours, draw } from '../charts.ts';
import { count } from '../format.ts';
import { charted, exact } from './units.ts';

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
      figure: exact(value, headline),
      text: `${model.name} ${exact(value, headline)} with ${count(model.lstmParameters)}`,
      stroke: colours[index % colours.length]!.light,
    };
  });
  const words = points.map(({ text }) => text).join('; ');
  const sizes = points.map((point) => point.x);
  const [bottom, top] = mainRange(points.map(({ y }) => y));
  const isFar = ({ y }: { readonly y: number }) => y < bottom || y > top;
  const near = points.filter((point) => !isFar(point));
  const values = near.flatMap((point) => [point.low, point.high, ...point.seeds]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.1 * (most - least), onChart(0.0005));
  const domain: [number, number] =
    points.length === 0 ? [0, 1] : [Math.max(0, least - margin), most + margin];
  // A model far from all others stands at the edge, with its figure, and leaves the chart to them.
  const places = points.map((point) => ({
    ...point,
    y: Math.min(domain[1], Math.max(domain[0], point.y)),
    isFar: isFar(point),
    label: isFar(point) ? `${point.name}: ${point.figure}` : point.name,
  }));
  const labels = spread(places, domain);
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
    marks: places.flatMap((point, i) => [
      ...(point.isFar
        ? [Plot.dot([point], { x: 'x', y: 'y', r: 6, symbol: 'triangle', fill: point.stroke })]
        : [
            Plot.ruleX([point], { x: 'x', y1: 'low', y2: 'high', stroke: point.stroke, strokeWidth: 2 }),
            Plot.dot(point.seeds, {
              x: point.x,
              y: (y: number) => y,
              r: 2,
              fill: point.stroke,
              fillOpacity: 0.5,
            }),
            Plot.dot([point], { x: 'x', y: 'y', r: 5, fill: point.stroke }),
          ]),
      Plot.text([point], {
        x: 'x',
        y: () => labels[i]!,
        text: 'label',
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

/**
 * The range of values without those, at most a quarter at either end, that lie further from all others than the others do
 * from each other.
 */
function mainRange(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  let [first, last] = [0, sorted.length - 1];
  const most = Math.floor(sorted.length / 4);
  while (
    sorted.length - 1 - last < most &&
    sorted[last]! - sorted[last - 1]! > sorted[last - 1]! - sorted[0]!
  )
    last--;
  while (first < most && sorted[first + 1]! - sorted[first]! > sorted[last]! - sorted[first + 1]!) first++;
  return [sorted[first] ?? 0, sorted[last] ?? 0];
}

/** Heights of the labels: each at its point where there is room, the others pushed up just so far that none overlap. */
function spread(
  points: readonly { readonly x: number; readonly y: number }[],
  [low, high]: [number, number],
): number[] {
  const apart = (high - low) / 24;
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.y - points[b]!.y);
  const labels: number[] = [];
  for (const i of order) {
    const { x, y } = points[i]!;
    const beside = order.filter(
      (j) => labels[j] !== undefined && Math.abs(Math.log(points[j]!.x / x)) < BESIDE,
    );
    labels[i] = Math.max(y, ...beside.map((j) => labels[j]! + apart));
  }
  return labels;
}

/** Logarithm of the ratio of sizes below which labels stand above each other and not side by side. */
const BESIDE = 0.6;
