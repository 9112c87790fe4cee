import { DEFAULT_BANDS } from '../features/logMel.ts';
import type { Experiment } from './experiment.ts';
import { dense, narrowDense, quarterHybrid } from './spokenQueries.ts';

/** The same question on human speech: a quarter of an hour to learn from, so every sentence is tested in its turn. */
export const humanSpeech: Experiment = {
  name: 'human-speech',
  question:
    'Does what holds on synthetic voices hold on a human voice: the English prompts of the Asterisk exchange, by ten-fold cross-validation?',
  corpus: 'asterisk',
  corpusSeed: 1,
  bands: DEFAULT_BANDS,
  folds: 10,
  testSets: ['test'],
  judge: 'greedyLer',
  settings: { training: { epochs: 60, augment: { timeMasks: 2 } } },
  width: { candidates: [96], improvement: 0.003 },
  search: { learningRates: [0.002, 0.004, 0.008], seed: 1 },
  models: [dense, quarterHybrid, narrowDense].map((contender) => ({ ...contender, seeds: 1 })),
  claims: [],
  pairs: [['hybrid', 'narrow-dense']],
  speechHours: 0.3,
};
