import type { Experiment } from '../experiments/experiment.ts';
import { speechTask } from '../speech/experiments/task.ts';
import {
  dense,
  denseCompressed,
  doubleDense,
  hashed,
  hybrid,
  hybridTenth,
  hybridUpsideDown,
  lowRank,
  narrowDense,
  sharedLowRank,
  toeplitzLike,
} from './contenders.ts';

/** The comparison of the paper on spoken queries: voices and sentences held out. */
export const spokenQueries: Experiment = {
  name: 'spoken-queries',
  question:
    'Do structured matrices at the bottom of an LSTM and shared low-rank factors on top keep its accuracy with a quarter of its parameters, and better than a narrower dense LSTM of that size does?',
  comparisons: [
    {
      task: speechTask({
        corpus: 'queries-comparison',
        settings: { training: { epochs: 8 } },
        speechHours: 3.6,
        notDrawn: 'voices are not drawn anew',
      }),
      testSets: ['test', 'flite'],
      judge: 'wer',
      width: { candidates: [80, 160], improvement: 0.003 },
      search: { learningRates: [0.002, 0.004, 0.008], seed: 101, length: 0.5 },
      models: [
        dense,
        hybrid,
        narrowDense,
        lowRank,
        sharedLowRank,
        toeplitzLike,
        hashed,
        hybridUpsideDown,
        denseCompressed,
        hybridTenth,
        doubleDense,
      ],
      claims: [
        { model: 'hybrid', fewer: 0.75, worse: 0.003 },
        { model: 'hybrid-tenth', fewer: 0.9, worse: 0.003 },
      ],
      pairs: [
        ['hybrid', 'narrow-dense'],
        ['hybrid', 'hybrid-upside-down'],
      ],
    },
  ],
};
