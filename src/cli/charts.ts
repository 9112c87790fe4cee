import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ModelMetrics } from '../tasks/speech/results.ts';
import { count, decimal, percentWithin } from './format.ts';

/** How the curve of the model at this place is drawn: colour and dashes both differ, for who cannot tell colours apart. */
export function lineStyle(index: number): { readonly stroke: string; readonly strokeDasharray: string } {
  const dashes = ['none', '7 3', '2 3', '9 3 2 3'];
  return {
    stroke: `var(--model-${index % colours.length})`,
    strokeDasharray: dashes[index % dashes.length]!,
  };
}

/** Six colours that are told apart with any colour vision (after Okabe and Ito), on white and on near black. */
export const colours: readonly { readonly light: string; readonly dark: string }[] = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#c44e00', dark: '#f0934e' },
  { light: '#00795a', dark: '#35c79c' },
  { light: '#a4437c', dark: '#e79dc6' },
  { light: '#7d6200', dark: '#e3c53a' },
  { light: '#4a4ab0', dark: '#abaaf7' },
];

/** Smoothed loss by update, a curve a model, as SVG. */
export function learningCurves(models: readonly ModelMetrics[]): string {
  const curves = models.map((model) => smooth(model.losses));
  const values = curves.flat().map((point) => point.loss);
  // The loss falls by orders of magnitude, but a loss of zero has no place on a logarithmic axis.
  const logarithmic = values.length > 0 && values.every((value) => value > 0);
  const words = models.map((model, i) => {
    const [first, last] = [curves[i]!.at(0), curves[i]!.at(-1)];
    if (first === undefined || last === undefined) return `${model.name} has no curve`;
    return `${model.name} from ${decimal(first.loss, 1)} to ${decimal(last.loss, 1)} in ${count(last.step)} updates`;
  });
  return draw(`Learning curves, smoothed loss by update: ${words.join('; ')}.`, {
    x: { label: 'updates', ticks: 5 },
    y: { label: 'CTC loss, nats an utterance', type: logarithmic ? 'log' : 'linear', ticks: 5, grid: true },
    marks: curves.map((points, i) =>
      Plot.line(points, {
        x: 'step',
        y: 'loss',
        strokeWidth: 2,
        ariaLabel: () => models[i]!.name,
        ...lineStyle(i),
      }),
    ),
  });
}

/** Held-out word error rate with its interval against the number of parameters, a point a model, as SVG. */
export function errorAgainstParameters(models: readonly ModelMetrics[]): string {
  const words = models.map(
    (m) =>
      `${m.name} ${percentWithin(m.heldOutWer, m.heldOutWerInterval)} with ${count(m.parameters)} parameters`,
  );
  const sizes = models.map((model) => model.parameters);
  const highest = Math.max(...models.map((model) => 100 * model.heldOutWerInterval[1]));
  return draw(`Held-out word error rate: ${words.join('; ')}.`, {
    x: {
      label: 'parameters',
      type: 'log',
      domain: [Math.min(...sizes) / 1.6, Math.max(...sizes) * 1.6],
      ticks: 4,
      tickFormat: '~s',
    },
    y: { label: 'held-out WER, %', domain: [0, highest > 0 ? 1.15 * highest : 1], ticks: 5, grid: true },
    marks: models.flatMap((model, i) => {
      const { stroke } = lineStyle(i);
      const [low, high] = model.heldOutWerInterval;
      const point = { x: model.parameters, y: 100 * model.heldOutWer, low: 100 * low, high: 100 * high };
      const whisker = { x1: model.parameters / 1.04, x2: model.parameters * 1.04, stroke, strokeWidth: 2 };
      return [
        Plot.ruleX([point], { x: 'x', y1: 'low', y2: 'high', stroke, strokeWidth: 2 }),
        Plot.ruleY([point.low, point.high], whisker),
        Plot.dot([point], { x: 'x', y: 'y', r: 5, fill: stroke }),
        Plot.text([point], {
          x: 'x',
          y: 'y',
          text: () => model.name,
          dx: 10,
          textAnchor: 'start',
          fill: stroke,
        }),
      ];
    }),
  });
}

/** A plot as SVG, with a text in place of it for who cannot see it. */
export function draw(description: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: 440,
    height: 280,
    marginLeft: 48,
    marginRight: 40,
    marginTop: 28,
    marginBottom: 40,
    style: { fontSize: '13px' },
    ...options,
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  return svg.outerHTML;
}

interface CurvePoint {
  readonly step: number;
  readonly loss: number;
}

/** A moving average over a fiftieth of the updates, thinned to at most 300 points with the last one among them. */
export function smooth(losses: readonly number[]): readonly CurvePoint[] {
  const reach = Math.floor(losses.length / 100);
  const stride = Math.max(1, Math.ceil(losses.length / 300));
  const points: CurvePoint[] = [];
  for (let i = (losses.length - 1) % stride; i < losses.length; i += stride) {
    const near = losses.slice(Math.max(0, i - reach), i + reach + 1).filter(Number.isFinite);
    if (near.length > 0) points.push({ step: i + 1, loss: near.reduce((a, b) => a + b, 0) / near.length });
  }
  return points;
}
