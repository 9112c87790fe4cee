import { describe, expect, test } from 'vitest';
import { spokenQueries } from '../../../src/tasks/comparisons/spokenQueries.ts';
import type { Comparison } from '../../../src/tasks/experiments/experiment.ts';
import { sizeModels } from '../../../src/tasks/experiments/matching.ts';

const [comparison] = spokenQueries.comparisons as [Comparison];
const { models: contenders, search, task, width: widths } = comparison;

describe('spoken-queries', () => {
  test.each(widths.candidates)('compares like with like at width %i', (width) => {
    const models = new Map(
      sizeModels(contenders, width, task).map(({ name, summary }) => [name, summary.lstmParameters]),
    );
    const of = (name: string) => models.get(name)!;
    expect(of('hybrid')).toBeLessThanOrEqual(0.25 * of('dense'));
    expect(of('hybrid')).toBeGreaterThan(0.24 * of('dense'));
    expect(of('hybrid-tenth')).toBeLessThanOrEqual(0.1 * of('dense'));
    for (const name of [
      'narrow-dense',
      'low-rank',
      'shared-low-rank',
      'toeplitz-like',
      'hashed',
      'hybrid-upside-down',
      'dense-compressed',
    ]) {
      // The coarsest step is one displacement rank of four matrices at width 80: 11 % of the hybrid, so half of it is off at most.
      expect(Math.abs(of(name) / of('hybrid') - 1), name).toBeLessThan(0.0625);
    }
  });

  test('asks as many trials of every model, and enough seeds', () => {
    const seeds = new Map(contenders.map((model) => [model.name, model.seeds]));
    for (const name of ['dense', 'narrow-dense', 'hybrid']) expect(seeds.get(name)).toBeGreaterThanOrEqual(5);
    for (const [name, count] of seeds) {
      // The one beyond the comparison, four times as costly as the baseline.
      if (name !== 'double-dense') expect(count, name).toBeGreaterThanOrEqual(3);
    }
    for (const { start, learningRates, name } of contenders) {
      const tried = start?.learningRates ?? learningRates ?? search.learningRates;
      expect(new Set(tried).size, name).toBe(search.learningRates.length);
    }
    expect(search.seed).toBeGreaterThan(Math.max(...seeds.values()));
  });
});
