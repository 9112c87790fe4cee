import { trainingSeconds } from '../experiments/cost.ts';
import type { Task } from '../experiments/task.ts';
import { COLUMNS, DEVELOPMENT, ROWS } from '../fashionRows/data.ts';
import {
  CLASSES,
  type FashionRows,
  type FashionRowsConfig,
  loadFashionRows,
  parseFashionRowsConfig,
  scoreFashionRows,
  trainFashionRows,
} from '../fashionRows/index.ts';
import type { ClassifierRuns } from './classifierRun.ts';

/** Training images that accuracy is measured on. */
const TRAIN_SAMPLE = 5000;
const TRAIN_IMAGES = 60_000 - DEVELOPMENT;
/** Everything but the products, for one row of an image. */
const SECONDS_PER_ROW = 4e-6;

/** Images read row by row as comparisons of models know them. */
export function fashionRowsTask(
  training: Partial<Omit<FashionRowsConfig['training'], 'learningRate'>> & { readonly epochs: number },
): Task {
  return {
    name: 'fashion-rows',
    corpus: 'fashion-mnist',
    inputSize: COLUMNS,
    outputSize: CLASSES,
    measures: [{ key: 'accuracy', label: 'accuracy', column: 'correct', better: 'higher', unit: 'share' }],
    settings: { training },
    epochs: training.epochs,
    words: {
      items: 'images',
      step: 'row',
      measures:
        'Accuracy is the share of held-out images whose class was told after the last row, averaged over seeds.',
      development: `the last ${DEVELOPMENT.toLocaleString('en-US')} images of the training file, which no model is trained on`,
      diverged: 'all its images count as errors',
    },
    configure: ({ name, seed, epochs, learningRate, model }): FashionRowsConfig =>
      parseFashionRowsConfig(
        { name: model.name, seed, layers: model.layers, training: { ...training, epochs, learningRate } },
        `experiment ${name}`,
      ),
    estimateSeconds: (epochs, { macs }) =>
      trainingSeconds(epochs * TRAIN_IMAGES * ROWS, macs, SECONDS_PER_ROW),
    prepare: async (options) => void (await loadFashionRows(options)),
  };
}

export const fashionRowsRuns: ClassifierRuns<FashionRowsConfig, FashionRows> = {
  parse: parseFashionRowsConfig,
  load: loadFashionRows,
  train: trainFashionRows,
  score(trained, { sets }, set, onProgress) {
    const { count, ...images } = sets[set as keyof FashionRows['sets']];
    const scored = { ...images, count: set === 'train' ? Math.min(TRAIN_SAMPLE, count) : count };
    const correct =
      trained === undefined
        ? new Float64Array(scored.count)
        : scoreFashionRows(trained, scored, onProgress).correct;
    return { correct: [...correct] };
  },
  ends: () => ({ inputSize: COLUMNS, outputSize: CLASSES }),
};
