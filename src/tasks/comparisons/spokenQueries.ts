import type { Contender, Experiment } from '../experiments/experiment.ts';
import { speechTask } from '../speech/experiments/task.ts';
import {
  dense,
  denseCompressed,
  denseTrainedOn,
  fitted,
  hashed,
  hybrid,
  hybridFromScratch,
  hybridTenth,
  hybridUpsideDown,
  lowRank,
  narrowDense,
  sharedLowRank,
  toeplitzLike,
} from './contenders.ts';

const EPOCHS = 12;
const MORE_EPOCHS = 6;
const trainedOn = (model: Contender) => fitted(model, MORE_EPOCHS, [0.002, 0.004]);

/** The comparison of the paper on spoken queries: voices and sentences held out. */
export const spokenQueries: Experiment = {
  name: 'spoken-queries',
  question:
    'Do structured matrices at the bottom of an LSTM and shared low-rank factors on top keep its accuracy with a quarter of its parameters, and better than a narrower dense LSTM of that size does?',
  comparisons: [
    {
      task: speechTask({
        corpus: 'queries-comparison',
        settings: { training: { epochs: EPOCHS } },
        speechHours: 1.36,
        notDrawn: 'voices are not drawn anew',
      }),
      testSets: ['test', 'flite'],
      judge: 'wer',
      width: { candidates: [64, 128, 256], improvement: 0.003 },
      // Trials as long as final trainings: wider models learn sooner, so shorter ones would speak for them.
      search: { learningRates: [0.003, 0.006], seed: 101 },
      models: [
        dense,
        trainedOn(hybrid),
        // As long as the baseline and what is trained on from it together.
        { ...narrowDense, epochs: EPOCHS + MORE_EPOCHS },
        hybridFromScratch,
        lowRank,
        sharedLowRank,
        // At these ranks an entry is the sum of so many products that a step has to be smaller: at 0.006 it learned nothing.
        { ...toeplitzLike, learningRates: [0.0015, 0.003] },
        hashed,
        hybridUpsideDown,
        trainedOn(denseCompressed),
        trainedOn(hybridTenth),
        trainedOn(denseTrainedOn),
      ],
      claims: [
        { model: 'hybrid', fewer: 0.75, worse: 0.003 },
        { model: 'hybrid-tenth', fewer: 0.9, worse: 0.003 },
      ],
      pairs: [
        ['hybrid', 'narrow-dense'],
        ['hybrid', 'hybrid-from-scratch'],
        ['hybrid-from-scratch', 'hybrid-upside-down'],
      ],
    },
  ],
};
