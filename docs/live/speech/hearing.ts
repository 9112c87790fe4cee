import { type LayerSpec, logSoftmax, recurrentModel, scope, tensor } from 'compact-rnn';
import {
  type Audio,
  alphabetSize,
  blank,
  createDecoder,
  decode,
  type Features,
  featuresFromAudio,
  greedyDecode,
  Lexicon,
  NgramModel,
  stackFrames,
} from 'compact-rnn/speech/recognise';
import { type PackedTensor, unpacked } from './pack.mjs';

interface Score {
  readonly wer: number;
  readonly greedyWer: number;
  readonly words: number;
}

/** What `make.mjs` says of the model beside its weights. */
export interface Description {
  readonly command: string;
  readonly bands: number;
  readonly stack: number;
  readonly layers: readonly LayerSpec[];
  readonly decoding: {
    readonly beamWidth: number;
    readonly languageWeight: number;
    readonly wordBonus: number;
  };
  readonly parameters: number;
  readonly floatBytes: number;
  readonly trained: { readonly espeak: number; readonly flite: number; readonly epochs: number };
  /** On sentences that no training had: by espeak's held-out voices, flite's heard ones, and its unheard one. */
  readonly scores: Readonly<Record<'test' | 'heard' | 'unheard', Score>>;
  readonly samples: readonly {
    readonly file: string;
    readonly transcript: string;
    readonly voice: string;
    readonly heard: boolean;
  }[];
  readonly weights: readonly PackedTensor[];
  readonly ngram: unknown;
}

/** What was heard in a recording, and on the way to it. */
export interface Heard {
  readonly features: Features;
  /** Frames of the network, each `stack` feature frames. */
  readonly frames: number;
  /** The letters that stand out, at their frames. */
  readonly letters: readonly {
    readonly frame: number;
    readonly letter: string;
    readonly probability: number;
  }[];
  /** Letter by letter, without any knowledge of words. */
  readonly greedy: string;
  /** With the words of the training sentences and how they follow each other. */
  readonly words: string;
}

/** A trained recogniser in a page: the model of `description` with packed weights. */
export function hearing(description: Description, bytes: Uint8Array) {
  const { bands, stack, layers, decoding } = description;
  const inputSize = bands * stack;
  const model = recurrentModel({ inputSize, layers, outputSize: alphabetSize });
  const parameters = Object.fromEntries(
    unpacked(description.weights, bytes).map(({ name, shape, values }) => [name, tensor(values, shape)]),
  );
  const ngram = NgramModel.fromJSON(description.ngram, 'model.json');
  const decoder = createDecoder({ ...decoding, ngram, lexicon: new Lexicon(ngram.words) });

  return {
    vocabulary: ngram.words,
    hear(audio: Audio): Heard {
      const features = featuresFromAudio(audio, { bands });
      const stacked = stackFrames(features.features, features.frames, bands, stack);
      const { frames } = stacked;
      const logProbs = scope(() => {
        const x = tensor(stacked.features, [frames, 1, inputSize]);
        return logSoftmax(model.apply(parameters, x).y).dataSync();
      }) as Float32Array;
      return {
        features,
        frames,
        letters: lettersIn(logProbs, frames),
        greedy: greedyDecode(logProbs, frames, alphabetSize),
        words: decoder.decode(logProbs, frames).words,
      };
    },
  };
}

/** The likeliest class of every frame where that is a letter, once where it goes on. */
function lettersIn(logProbs: Float32Array, frames: number): Heard['letters'] {
  const letters: { frame: number; letter: string; probability: number }[] = [];
  let previous = blank;
  for (let frame = 0; frame < frames; frame++) {
    const row = logProbs.subarray(frame * alphabetSize, (frame + 1) * alphabetSize);
    const best = row.indexOf(Math.max(...row));
    if (best !== blank && best !== previous) {
      letters.push({ frame, letter: decode([best]), probability: Math.exp(row[best]) });
    }
    previous = best;
  }
  return letters;
}
