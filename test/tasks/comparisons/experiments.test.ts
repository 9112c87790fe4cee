import { describe, expect, test } from 'vitest';
import { EXPERIMENTS, experimentOf } from '../../../src/tasks/comparisons/index.ts';
import { planRuns } from '../../../src/tasks/experiments/plan.ts';

test('experiments are found by name', () => {
  for (const experiment of EXPERIMENTS) expect(experimentOf(experiment.name)).toBe(experiment);
  expect(() => experimentOf('nothing')).toThrow(
    '"nothing" is not an experiment; expected one of spoken-queries, human-speech, fashion-rows, characters',
  );
});

/** Of one core. */
const MINUTES: Readonly<Record<string, number>> = {
  'spoken-queries': 240,
  'human-speech': 60,
  'fashion-rows': 40,
  characters: 40,
};

describe.each(EXPERIMENTS.map((experiment) => [experiment.name, experiment] as const))(
  '%s',
  (_, experiment) => {
    const { runs, parts } = planRuns(experiment, () => undefined);

    test('has runs of folders of their own, some of which can begin', () => {
      expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
      expect(runs.some(({ waitsFor }) => waitsFor === undefined)).toBe(true);
      expect(runs.every(({ seconds }) => seconds > 0)).toBe(true);
    });

    test('is planned to be run within the time that it is given', () => {
      const minutes = runs.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
      expect(minutes).toBeLessThan(MINUTES[experiment.name]!);
    });

    test('tries as many learning rates of every model', () => {
      for (const { choices } of parts) {
        expect(new Set(choices.map(({ trials }) => trials.length)).size).toBe(1);
      }
    });

    test('has a hybrid of a quarter of the parameters, and a narrow dense model as large as that', () => {
      for (const { models } of parts) {
        const of = (name: string) => models.find((model) => model.name === name)!.summary.lstmParameters;
        expect(of('hybrid')).toBeLessThanOrEqual(0.25 * of('dense'));
        expect(of('hybrid')).toBeGreaterThan(0.2 * of('dense'));
        expect(Math.abs(of('narrow-dense') / of('hybrid') - 1)).toBeLessThan(0.06);
      }
    });
  },
);
