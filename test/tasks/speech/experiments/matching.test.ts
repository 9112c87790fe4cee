import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { Contender } from '../../../../src/tasks/speech/experiments/experiment.ts';
import { EXPERIMENTS, experimentOf } from '../../../../src/tasks/speech/experiments/index.ts';
import { sizeModels } from '../../../../src/tasks/speech/experiments/matching.ts';
import { spokenQueries } from '../../../../src/tasks/speech/experiments/spokenQueries.ts';

/** Parameters of two dense LSTM layers with one bias a gate, by the textbook. */
const denseParameters = (input: number, h: number): number => 4 * h * (input + h + 1) + 4 * h * (2 * h + 1);

const [dense, hybrid, narrow] = spokenQueries.models;

describe('sizing', () => {
  property.prop([fc.integer({ min: 8, max: 90 }), fc.integer({ min: 3, max: 130 })])(
    'the narrow dense model is the one that no other width comes nearer than',
    (width, inputSize) => {
      const small: Contender = {
        ...hybrid!,
        layers: (h, r) => [
          { hidden: h, input: { lowRank: r } },
          { hidden: h, input: { lowRank: r } },
        ],
        parameters: { atMost: 0.9 },
      };
      const [baseline, compact, control] = sizeModels([dense!, small, narrow!], width, inputSize);
      expect(baseline!.summary.lstmParameters).toBe(denseParameters(inputSize, width));
      const target = compact!.summary.lstmParameters;
      const distances = Array.from({ length: 2 * width }, (_, i) =>
        Math.abs(denseParameters(inputSize, i + 1) - target),
      );
      expect(Math.abs(control!.summary.lstmParameters - target)).toBe(Math.min(...distances));
    },
  );

  test('a share is kept, and no larger size would keep it', () => {
    for (const width of [64, 96, 128, 256]) {
      const sized = sizeModels([dense!, hybrid!], width, 120);
      const [all, ours] = sized.map(({ summary }) => summary.lstmParameters);
      expect(ours).toBeLessThanOrEqual(0.25 * all!);
      const rank = (sized[1]!.layers[1]!.recurrent as { sharedLowRank: number }).sharedLowRank;
      const next: Contender = {
        ...hybrid!,
        layers: () => hybrid!.layers(width, rank + 1, 120),
        parameters: undefined,
      };
      expect(sizeModels([next], width, 120)[0]!.summary.lstmParameters).toBeGreaterThan(0.25 * all!);
    }
  });

  test('what cannot be is refused', () => {
    expect(() => sizeModels([dense!, { ...hybrid!, parameters: { atMost: 0.01 } }], 64, 120)).toThrow(
      /model hybrid has at least \d+ LSTM parameters, more than the 803 allowed/,
    );
    expect(() => sizeModels([dense!, narrow!], 64, 120)).toThrow(
      /sized by model "hybrid", which is not among/,
    );
    const constant: Contender = { ...hybrid!, layers: () => [{ hidden: 2 }] };
    expect(() => sizeModels([dense!, constant], 64, 120)).toThrow(/has the same size at every size/);
  });
});

describe('spoken-queries', () => {
  test.each(spokenQueries.width.candidates)('compares like with like at width %i', (width) => {
    const models = new Map(
      sizeModels(spokenQueries.models, width, 120).map(({ name, summary }) => [name, summary.lstmParameters]),
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
      // The coarsest step is one displacement rank of four matrices at width 64: 12.5 % of the hybrid, so half of it is off at most.
      expect(Math.abs(of(name) / of('hybrid') - 1), name).toBeLessThan(0.0625);
    }
  });

  test('asks as many trials of every model, and enough seeds', () => {
    const seeds = new Map(spokenQueries.models.map((model) => [model.name, model.seeds]));
    for (const name of ['dense', 'narrow-dense', 'hybrid']) expect(seeds.get(name)).toBeGreaterThanOrEqual(5);
    for (const count of seeds.values()) expect(count).toBeGreaterThanOrEqual(3);
    for (const { start } of spokenQueries.models) {
      expect(start?.learningRates ?? spokenQueries.search.learningRates).toHaveLength(3);
    }
    expect(spokenQueries.search.seed).toBeGreaterThan(Math.max(...seeds.values()));
  });
});

test('experiments are found by name', () => {
  for (const experiment of EXPERIMENTS) expect(experimentOf(experiment.name)).toBe(experiment);
  expect(() => experimentOf('nothing')).toThrow(
    '"nothing" is no experiment; expected one of spoken-queries, human-speech',
  );
});
