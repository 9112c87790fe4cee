/**
 * Speech: audio, features, corpora, training a recogniser, decoding and scores.
 *
 * @module compact-rnn/speech
 */

export { loadConfig, type ModelConfig, parseConfig, type SpeechConfig } from './config.ts';
export { CORPUS_NAMES, type CorpusOptions, loadCorpus } from './corpora/index.ts';
export type { Corpus, OnProgress, Utterance } from './corpus.ts';
export { type TunedPoint, type TuningGrid, tuneDecoder } from './decode/tune.ts';
export { evaluateRecogniser } from './evaluate.ts';
export { type AugmentOptions, augment } from './features/augment.ts';
export * from './recognise.ts';
export { loadRecogniser, Recogniser } from './recogniser.ts';
export type { ModelMetrics, RunMetrics, SetScore, TrainingEvent } from './results.ts';
export { bootstrapInterval, pairedBootstrap } from './score/bootstrap.ts';
export { type Edits, editDistance } from './score/editDistance.ts';
export { type ErrorRate, errorRate } from './score/errorRate.ts';
export { type TrainOutcome, type TrainRequest, trainRecogniser } from './train.ts';
