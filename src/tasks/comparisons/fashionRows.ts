import type { Experiment } from '../experiments/experiment.ts';
import { dense, hybrid, lowRank, narrowDense, sharedLowRank, toeplitzLike } from './contenders.ts';
import { fashionRowsTask } from './fashionRowsTask.ts';

/** The same question on short sequences: images of clothing, a row at a time. */
export const fashionRows: Experiment = {
  name: 'fashion-rows',
  question:
    'Do the structures keep the accuracy of an LSTM that reads the images of Fashion-MNIST row by row, with a quarter of its parameters, and better than a narrower dense LSTM of that size does?',
  comparisons: [
    {
      task: fashionRowsTask({ epochs: 2 }),
      testSets: ['test'],
      judge: 'accuracy',
      width: { candidates: [96], improvement: 0.003 },
      search: { learningRates: [0.003, 0.006], seed: 101, length: 0.5 },
      models: [
        dense,
        hybrid,
        narrowDense,
        lowRank,
        sharedLowRank,
        // Its entries sum many products, so a step has to be smaller.
        { ...toeplitzLike, learningRates: [0.001, 0.002] },
      ].map((contender) => ({ ...contender, seeds: 3 })),
      claims: [{ model: 'hybrid', fewer: 0.75, worse: 0.01 }],
      pairs: [['hybrid', 'narrow-dense']],
    },
  ],
};
