import { join } from 'node:path';
import type { Tensors } from '../../autograd/grad.ts';
import { type Backend, type BackendName, useBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { loadCheckpoint } from '../../io/checkpoint.ts';
import { type RecurrentModel, recurrentModel } from '../../nn/recurrentModel.ts';
import { openStream } from '../../nn/streaming/openStream.ts';
import type { RecurrentStream } from '../../nn/streaming/recurrentStream.ts';
import { type Summary, summarise } from '../../nn/summary.ts';
import { logSoftmax } from '../../ops/softmax.ts';
import { scope } from '../../tensor/scope.ts';
import { tensor } from '../../tensor/tensor.ts';
import { CHECKPOINT, savedValues } from '../training/savedTensors.ts';
import { alphabetSize } from './alphabet.ts';
import type { Audio } from './audio/wav.ts';
import { assemble, type Example } from './batches.ts';
import type { ModelConfig, SpeechConfig } from './config.ts';
import { createDecoder, type Decoder } from './decode/beamSearch.ts';
import { greedyDecode } from './decode/greedy.ts';
import { Lexicon } from './decode/lexicon.ts';
import { NgramModel } from './decode/ngramModel.ts';
import { featuresFromAudio } from './features/fromAudio.ts';
import { stackFrames } from './features/stackFrames.ts';
import { parseRecogniserState } from './savedState.ts';

/** What a recogniser is made of besides its weights; kept in every checkpoint. */
export interface RecogniserState {
  readonly config: SpeechConfig;
  /** Name of the model in the configuration. */
  readonly model: string;
  /** Bands of a feature row. */
  readonly bands: number;
  /** The n-gram model of the training sentences, as JSON. */
  readonly ngram: unknown;
}

/** Natural log-probabilities of one utterance, row-major `[frames, alphabetSize]`. */
export interface Posteriors {
  readonly frames: number;
  readonly logProbs: Float32Array;
}

/** Turns audio into words: features, a trained network, and a decoder. */
export class Recogniser {
  readonly name: string;
  readonly state: RecogniserState;
  readonly model: RecurrentModel;
  readonly parameters: Tensors;
  readonly #backend: Backend;
  /** What the network's outputs come from, frame by frame; null where utterances go through it side by side. */
  readonly #stream: RecurrentStream | null;
  #decoder: Decoder | null = null;

  constructor(
    state: RecogniserState,
    parameters: Tensors,
    backend: Backend,
    stream: RecurrentStream | null = null,
  ) {
    this.name = state.model;
    this.state = state;
    this.model = modelOf(state);
    this.parameters = parameters;
    this.#backend = backend;
    this.#stream = stream;
  }

  /**
   * The same recogniser with the matrices of its network in 8 bits, as a stream. Throws InputError when the network is
   * bidirectional.
   */
  quantised(): Recogniser {
    const stream = openStream(this.model, this.parameters, { weights: 'int8' });
    return new Recogniser(this.state, this.parameters, this.#backend, stream);
  }

  /** Words of a recording of any rate: with lexicon and n-gram model, and greedily. */
  async transcribe(audio: Audio): Promise<{ words: string; greedy: string }> {
    const { frames, bands, features } = featuresFromAudio(audio, { bands: this.state.bands });
    const [posteriors] = this.posteriors([this.example(features, frames, bands)]);
    return { words: this.decode(posteriors), greedy: this.decodeGreedily(posteriors) };
  }

  /** Features `[frames, bands]` as the network takes them. */
  example(features: Float32Array, frames: number, bands: number): Example {
    const stacked = stackFrames(features, frames, bands, this.state.config.features.stack);
    return { frames: stacked.frames, inputs: stacked.features };
  }

  /** Log-probabilities of several utterances, computed side by side. */
  posteriors(examples: readonly Example[]): Posteriors[] {
    const { inputSize } = this.model.spec;
    const stream = this.#stream;
    if (stream !== null) return examples.map((example) => streamed(stream, example));
    const { time, values, frames } = assemble(examples, inputSize);
    const batch = examples.length;
    const logProbs = scope(() => {
      const x = tensor(values, [time, batch, inputSize], { backend: this.#backend });
      return logSoftmax(this.model.apply(this.parameters, x).y).dataSync();
    });
    return examples.map((_, b) => {
      const own = new Float32Array(frames[b] * alphabetSize);
      for (let t = 0; t < frames[b]; t++) {
        const start = (t * batch + b) * alphabetSize;
        own.set(logProbs.subarray(start, start + alphabetSize), t * alphabetSize);
      }
      return { frames: frames[b], logProbs: own };
    });
  }

  /** The words that lexicon, n-gram model and network together find most likely. */
  decode({ logProbs, frames }: Posteriors): string {
    this.#decoder ??= decoderOf(this.state);
    return this.#decoder.decode(logProbs, frames).words;
  }

  /** The letters that the network finds most likely frame by frame. */
  decodeGreedily({ logProbs, frames }: Posteriors): string {
    return greedyDecode(logProbs, frames, alphabetSize);
  }

  summary(): Summary {
    return summarise(this.model);
  }
}

/** Log-probabilities of one utterance that a stream reads from its first frame to its last. */
function streamed(stream: RecurrentStream, { inputs, frames }: Example): Posteriors {
  const outputs = new Float32Array(frames * alphabetSize);
  stream.reset();
  for (let t = 0; t < frames; t++) {
    const row = inputs.subarray(t * stream.inputSize, (t + 1) * stream.inputSize);
    stream.step(row, outputs.subarray(t * alphabetSize, (t + 1) * alphabetSize));
  }
  const logProbs = scope(() => logSoftmax(tensor(outputs, [frames, alphabetSize])).dataSync());
  return { frames, logProbs: logProbs as Float32Array };
}

/**
 * The recogniser that training left in a folder, on the backend that is named or that trained it, or on wasm where that was a
 * GPU. Throws InputError when it is missing, damaged or of another shape.
 */
export async function loadRecogniser(folder: string, backendName?: BackendName): Promise<Recogniser> {
  const path = join(folder, CHECKPOINT);
  const saved = await loadCheckpoint(path);
  const recogniser = parseRecogniserState(saved.state, path);
  const backend = useBackend(
    backendName ?? (recogniser.config.backend === 'reference' ? 'reference' : 'wasm'),
  );
  const model = modelOf(recogniser);
  const parameters = Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape }]) => {
      const parameter = tensor(savedValues(saved, name, shape, path), shape, { backend });
      parameter.storage.persist();
      return [name, parameter];
    }),
  );
  return new Recogniser(recogniser, parameters, backend);
}

/** The network that a configuration describes. Throws InputError when it names no such model. */
export function modelOf({
  config,
  model,
  bands,
}: Pick<RecogniserState, 'config' | 'model' | 'bands'>): RecurrentModel {
  const { layers } = modelConfig(config, model);
  return recurrentModel({ inputSize: bands * config.features.stack, layers, outputSize: alphabetSize });
}

/** The part of a configuration that describes one model. Throws InputError when there is none of that name. */
export function modelConfig(config: SpeechConfig, name: string): ModelConfig {
  const found = config.models.find((model) => model.name === name);
  if (found === undefined) {
    const names = config.models.map((model) => model.name).join(', ');
    throw new InputError(`The configuration ${config.name} has no model ${name}, expected one of ${names}.`);
  }
  return found;
}

function decoderOf({ config, ngram }: RecogniserState): Decoder {
  const { beamWidth, languageWeight, wordBonus, lexicon } = config.decoding;
  const model = NgramModel.fromJSON(ngram, 'the n-gram model of the checkpoint');
  const options = { beamWidth, languageWeight, wordBonus, ngram: model };
  return createDecoder(lexicon === 'none' ? options : { ...options, lexicon: new Lexicon(model.words) });
}
