import type { Experiment } from '../experiments/experiment.ts';
import { charactersTask } from './charactersTask.ts';
import { dense, hybrid, lowRank, narrowDense, sharedLowRank } from './contenders.ts';

/** The same question on a language model: the King James Version, a character at a time. */
export const characters: Experiment = {
  name: 'characters',
  question:
    'Do the structures keep what an LSTM knows of the next character of the King James Version, with a quarter of its parameters, and better than a narrower dense LSTM of that size does?',
  comparisons: [
    {
      task: charactersTask({ epochs: 1 }),
      testSets: ['test'],
      judge: 'bitsPerCharacter',
      width: { candidates: [96], improvement: 0.003 },
      search: { learningRates: [0.003, 0.006], seed: 101, length: 0.5 },
      models: [dense, hybrid, narrowDense, lowRank, sharedLowRank].map((contender) => ({
        ...contender,
        seeds: 3,
      })),
      claims: [{ model: 'hybrid', fewer: 0.75, worse: 0.05 }],
      pairs: [['hybrid', 'narrow-dense']],
    },
  ],
};
