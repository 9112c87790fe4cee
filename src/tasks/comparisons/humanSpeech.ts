import type { Comparison, Contender, Experiment } from '../experiments/experiment.ts';
import { type SpeechSettings, speechTask } from '../speech/experiments/task.ts';
import { dense, fitted, hybrid, narrowDense } from './contenders.ts';

/** Little speech to learn from: small batches for more updates, and less noise than voices made by the hundred need. */
const training: SpeechSettings['training'] = { batchSize: 8, augment: { noise: 0.1, frequencyMasks: 1 } };

/** The three models: the hybrid begins from the trained baseline, and its control is trained as long as both together. */
function models(epochs: number, more: number, seeds: number): readonly Contender[] {
  return [dense, fitted(hybrid, more, [0.002, 0.004]), { ...narrowDense, epochs: epochs + more }].map(
    (contender) => ({ ...contender, seeds }),
  );
}

const common: Pick<Comparison, 'testSets' | 'judge' | 'width' | 'claims' | 'pairs'> = {
  testSets: ['test'],
  // With so little text behind the n-gram model, letters tell models apart before words do.
  judge: 'greedyLer',
  width: { candidates: [96], improvement: 0.003 },
  claims: [],
  pairs: [['hybrid', 'narrow-dense']],
};

/** The same question on human speech, of one voice at a time. */
export const humanSpeech: Experiment = {
  name: 'human-speech',
  question:
    'Does what holds on synthetic voices hold on human ones: on the English prompts of the Asterisk exchange, by ten-fold cross-validation, and on the acted lines of Joe in Flight of the Amazon Queen?',
  comparisons: [
    // A quarter of an hour to learn from, so every sentence is tested in its turn.
    {
      ...common,
      task: speechTask({
        corpus: 'asterisk',
        settings: { training: { ...training, epochs: 30 } },
        speechHours: 0.26,
      }),
      folds: 10,
      search: { learningRates: [0.004, 0.008], seed: 1 },
      models: models(30, 15, 1),
    },
    {
      ...common,
      task: speechTask({
        corpus: 'queen-joe',
        settings: { training: { ...training, epochs: 16 } },
        speechHours: 1.32,
      }),
      search: { learningRates: [0.004, 0.008], seed: 101, length: 0.5 },
      models: models(16, 8, 3),
    },
  ],
};
