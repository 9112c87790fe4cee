import { describe, expect, test } from 'vitest';
import { resultsChart } from '../../src/cli/reproduce/chart.ts';
import type { ComparisonResults } from '../../src/tasks/experiments/results.ts';

const measure = { key: 'wer', label: 'WER', column: 'errors', better: 'lower', unit: 'share' } as const;

/** As much of a comparison as a chart shows: a model for each name, its size and its error. */
const chartOf = (models: Record<string, readonly [size: number, error: number]>): string =>
  resultsChart('chart', {
    comparison: { task: { measures: [measure] }, testSets: ['test'] },
    models: Object.entries(models).map(([name, [lstmParameters, value]]) => ({
      name,
      lstmParameters,
      scores: { test: { wer: { value, perSeed: [value] } } },
      intervals: { wer: [0.9 * value, 1.1 * value] },
    })),
  } as unknown as ComparisonResults);

/** How high on the picture the label of a model stands, in pixels from the top. */
function heightOf(svg: string, label: string): number {
  const at = new RegExp(`translate\\([\\d.-]+,([\\d.-]+)\\)" y="0.32em">${label}<`).exec(svg);
  expect(at, label).not.toBeNull();
  return Number(at![1]);
}

describe('the chart of a comparison', () => {
  const near = { a: [100, 0.05], b: [100, 0.06], c: [400, 0.04], d: [400, 0.045] } as const;

  test('leaves its height to the models that are near each other, and gives the figure of one that is not', () => {
    const svg = chartOf({ ...near, far: [100, 0.4] });
    expect(svg).toContain('far: 40.00 %');
    // A third of the picture and more lies between two errors that differ by a third.
    expect(heightOf(svg, 'c') - heightOf(svg, 'b')).toBeGreaterThan(100);
    expect(heightOf(svg, 'far: 40.00 %')).toBeLessThan(heightOf(svg, 'b'));
  });

  test('shows all where none is far', () => {
    const svg = chartOf(near);
    for (const name of Object.keys(near)) expect(svg).toContain(`>${name}<`);
    expect(svg).not.toMatch(/>[abcd]: /);
  });

  test('pushes labels up where they would overlap, and not for models of other sizes', () => {
    const svg = chartOf({ a: [100, 0.05], b: [100, 0.0501], c: [900, 0.05], d: [100, 0.07] });
    expect(heightOf(svg, 'a') - heightOf(svg, 'b')).toBeGreaterThan(10);
    expect(heightOf(svg, 'a') - heightOf(svg, 'c')).toBeLessThan(1);
  });
});
