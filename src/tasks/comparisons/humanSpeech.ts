import type { Comparison, Experiment } from '../experiments/experiment.ts';
import { speechTask } from '../speech/experiments/task.ts';
import { dense, hybrid, narrowDense } from './contenders.ts';

const common: Pick<Comparison, 'judge' | 'width' | 'claims' | 'pairs'> = {
  judge: 'greedyLer',
  width: { candidates: [96], improvement: 0.003 },
  claims: [],
  pairs: [['hybrid', 'narrow-dense']],
};

/** The same question on human speech. */
export const humanSpeech: Experiment = {
  name: 'human-speech',
  question: 'Does what holds on synthetic voices hold on human voices?',
  comparisons: [
    // A quarter of an hour to learn from, so every sentence is tested in its turn.
    {
      ...common,
      task: speechTask({
        corpus: 'asterisk',
        settings: { training: { epochs: 60, augment: { timeMasks: 2 } } },
        speechHours: 0.3,
      }),
      folds: 10,
      testSets: ['test'],
      search: { learningRates: [0.002, 0.004, 0.008], seed: 1 },
      models: [dense, hybrid, narrowDense].map((contender) => ({ ...contender, seeds: 1 })),
    },
  ],
};
