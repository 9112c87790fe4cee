import { mapsInWords } from '../../nn/spec.ts';
import type { Corpus, OnProgress, Utterance } from './corpus.ts';
import { evaluateRecogniser } from './evaluate.ts';
import { modelConfig, type Recogniser } from './recogniser.ts';
import type { ModelMetrics, SetScore } from './results.ts';
import type { Progress } from './trainingState.ts';

/** Training utterances that `trainWer` is measured on. */
export const TRAIN_SAMPLE = 300;

/**
 * The figures of a trained model: sizes, speed, and error rates on every set of the corpus but the development set.
 *
 * @param backend what trained it
 */
export function measureRecogniser(
  recogniser: Recogniser,
  corpus: Corpus,
  progress: Progress,
  backend: string,
  onProgress: OnProgress,
): ModelMetrics {
  const score = (set: string, utterances: readonly Utterance[]): SetScore =>
    evaluateRecogniser(recogniser, utterances, { onProgress: (done, total) => onProgress(done, total, set) });
  const summary = recogniser.summary();
  const { lstmSeconds } = progress.times;
  const train = score('train', corpus.sets.train.slice(0, TRAIN_SAMPLE));
  const test = score('test', corpus.sets.test);
  const others = Object.keys(corpus.sets).filter((set) => !['train', 'development', 'test'].includes(set));
  return {
    name: recogniser.name,
    backend,
    maps: mapsInWords(modelConfig(recogniser.state.config, recogniser.name).layers),
    parameters: summary.parameters,
    lstmParameters: summary.lstmParameters,
    macsPerFrame: summary.macs,
    bytes: summary.parameters * Float32Array.BYTES_PER_ELEMENT,
    losses: progress.losses,
    trainWer: train.wer,
    trainGreedyWer: train.greedyWer,
    heldOutWer: test.wer,
    heldOutGreedyWer: test.greedyWer,
    heldOutLetterErrorRate: test.greedyLer,
    heldOutWerInterval: test.werInterval,
    heldOutWords: test.words,
    otherSets: Object.fromEntries(others.map((set) => [set, score(set, corpus.sets[set])])),
    seconds: progress.times.seconds,
    framesPerSecond: progress.frames / progress.times.seconds,
    lstmGflops: lstmSeconds === 0 ? null : progress.lstmFlops / lstmSeconds / 1e9,
  };
}
