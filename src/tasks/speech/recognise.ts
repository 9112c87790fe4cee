/**
 * What turns a recording into words once a model is trained, without files, corpora and training: for pages.
 *
 * @module compact-rnn/speech/recognise
 */

export { alphabetSize, blank, decode, encode, normaliseTranscript } from './alphabet.ts';
export { type Audio, decodeWav, encodeWav } from './audio/wav.ts';
export { createDecoder, type Decoder, type DecoderOptions, type Decoding } from './decode/beamSearch.ts';
export { greedyDecode } from './decode/greedy.ts';
export { Lexicon } from './decode/lexicon.ts';
export { NgramModel, perplexity, trainNgramModel } from './decode/ngramModel.ts';
export { featuresFromAudio } from './features/fromAudio.ts';
export { type Features, type LogMelOptions, logMel } from './features/logMel.ts';
export { stackFrames } from './features/stackFrames.ts';
