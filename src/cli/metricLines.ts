import type { ModelMetrics } from '../tasks/speech/results.ts';
import { count, decimal, percent, percentWithin, textTable } from './format.ts';

/** One line of the comparison: what it is, and its value for a model. */
export interface MetricLine {
  readonly label: string;
  readonly value: (model: ModelMetrics) => string;
}

/** The comparison of models, the headline first among the error rates. */
export function metricLines(models: readonly ModelMetrics[]): readonly MetricLine[] {
  const others = [...new Set(models.flatMap((model) => Object.keys(model.otherSets)))];
  return [
    { label: 'Parameters', value: (m) => count(m.parameters) },
    { label: 'of these in the LSTM', value: (m) => count(m.lstmParameters) },
    { label: 'MACs a frame', value: (m) => count(m.macsPerFrame) },
    { label: 'Bytes', value: (m) => count(m.bytes) },
    { label: 'Train WER', value: (m) => percent(m.trainWer) },
    {
      label: 'Held-out WER (95 % interval)',
      value: (m) => percentWithin(m.heldOutWer, m.heldOutWerInterval),
    },
    { label: 'Held-out WER, greedy', value: (m) => percent(m.heldOutGreedyWer) },
    { label: 'Held-out letter errors, greedy', value: (m) => percent(m.heldOutLetterErrorRate) },
    ...others.flatMap((set) => otherSetLines(set)),
    { label: 'Training seconds', value: (m) => decimal(m.seconds, 1) },
    { label: 'Frames a second', value: (m) => count(m.framesPerSecond) },
    { label: 'GFLOP/s in the LSTM', value: (m) => decimal(m.lstmGflops ?? Number.NaN, 1) },
  ];
}

/** The comparison as text: a line a figure, a column a model. */
export function metricsTable(models: readonly ModelMetrics[]): string {
  const lines = metricLines(models).map(({ label, value }) => [label, ...models.map(value)]);
  return textTable([['', ...models.map((model) => model.name)], ...lines]);
}

/** What a further test set is, where its name alone does not say it. */
const meaning: Readonly<Record<string, string>> = { flite: 'synthesiser never heard in training' };

function otherSetLines(set: string): readonly MetricLine[] {
  const note = meaning[set] === undefined ? '' : `, ${meaning[set]}`;
  const of = (model: ModelMetrics) => model.otherSets[set];
  return [
    {
      label: `${set} WER${note}`,
      value: (m) => (of(m) === undefined ? 'unknown' : percentWithin(of(m)!.wer, of(m)!.werInterval)),
    },
    { label: `${set} WER, greedy`, value: (m) => percent(of(m)?.greedyWer ?? Number.NaN) },
  ];
}
