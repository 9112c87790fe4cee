import { InputError } from '../../errors.ts';
import { framesNeeded } from '../../ops/ctcLoss.ts';
import { random } from '../../tensor/random.ts';
import { encode } from './alphabet.ts';
import { assemble, type Example, planBatches, shardsOf } from './batches.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus, Utterance } from './corpus.ts';
import { augment } from './features/augment.ts';
import { stackFrames } from './features/stackFrames.ts';

/** What one update is made on, in figures. */
export interface BatchSize {
  /** Counted from 1. */
  readonly epoch: number;
  /** Utterances of each shard. */
  readonly utterances: readonly number[];
  /** Rows that the network sees, filled up ones among them. */
  readonly rows: number;
  /** 10 ms frames of audio. */
  readonly audioFrames: number;
}

/** One shard of what an update is made on. */
export interface TrainingBatch {
  /** Augmented, stacked features, row-major `[T, B, width]`. */
  readonly values: Float32Array;
  readonly time: number;
  /** Stacked frames of each utterance. */
  readonly frames: Int32Array;
  /** Letters of each utterance, as classes. */
  readonly labels: readonly Int32Array[];
}

/** The training set as a sequence of batches, each of which depends on the seed and the number of the update alone. */
export class TrainingData {
  readonly utterances: readonly Utterance[];
  /** Utterances left out because their frames are too few for their letters: CTC spells at most one a frame. */
  readonly skipped: number;
  readonly stepsPerEpoch: number;
  readonly #config: SpeechConfig;
  readonly #bands: number;
  readonly #labels: readonly Int32Array[];
  #planned: { epoch: number; batches: readonly (readonly number[])[] } = { epoch: 0, batches: [] };

  /** Throws InputError when no utterance can be used. */
  constructor({ name, bands, sets }: Corpus, config: SpeechConfig) {
    const all = sets.train ?? [];
    this.utterances = all.filter(
      ({ transcript, id, frames }) =>
        framesNeeded(encode(transcript, id)) <= Math.ceil(frames / config.features.stack),
    );
    if (this.utterances.length === 0) {
      throw new InputError(
        `The corpus ${name} has ${all.length} training utterances, and in none are there enough frames for its letters.`,
      );
    }
    this.skipped = all.length - this.utterances.length;
    this.stepsPerEpoch = Math.ceil(this.utterances.length / config.training.batchSize);
    this.#config = config;
    this.#bands = bands;
    this.#labels = this.utterances.map(({ transcript, id }) => encode(transcript, id));
  }

  /** How much the update `step`, counted from 1, is made on. */
  size(step: number): BatchSize {
    const shards = this.#shards(step);
    const frames = shards.map((indices) => indices.map((index) => this.utterances[index].frames));
    const { stack } = this.#config.features;
    return {
      epoch: this.#epoch(step),
      utterances: shards.map(({ length }) => length),
      rows: frames.reduce((rows, own) => rows + own.length * Math.ceil(Math.max(0, ...own) / stack), 0),
      audioFrames: frames.flat().reduce((total, own) => total + own, 0),
    };
  }

  /** What one shard of the update `step` is made on; there is one unless the configuration has more. */
  batch(step: number, shard = 0): TrainingBatch {
    const epoch = this.#epoch(step);
    const indices = this.#shards(step)[shard];
    const examples = indices.map((index) => this.#example(this.utterances[index], epoch));
    return {
      ...assemble(examples, this.#bands * this.#config.features.stack),
      labels: indices.map((index) => this.#labels[index]),
    };
  }

  #epoch(step: number): number {
    return Math.ceil(step / this.stepsPerEpoch);
  }

  #shards(step: number): number[][] {
    const epoch = this.#epoch(step);
    if (this.#planned.epoch !== epoch) this.#planned = { epoch, batches: this.#plan(epoch) };
    const batch = this.#planned.batches[(step - 1) % this.stepsPerEpoch];
    return shardsOf(batch, this.#config.training.shards ?? 1);
  }

  #plan(epoch: number): number[][] {
    const lengths = this.utterances.map(({ frames }) => frames);
    return planBatches(lengths, this.#config.training.batchSize, random(this.#config.seed, 'batches', epoch));
  }

  #example({ features, frames, id }: Utterance, epoch: number): Example {
    const { noise, frequencyMasks, frequencyMaskWidth, timeMasks, timeMaskWidth } =
      this.#config.training.augment;
    const { next } = random(this.#config.seed, 'augment', epoch, id);
    const ofFrames = { noise, frequencyMasks, frequencyWidth: frequencyMaskWidth, timeMasks: 0 };
    const varied = augment(features, frames, this.#bands, next, ofFrames);
    const {
      frames: rows,
      width,
      features: stacked,
    } = stackFrames(varied, frames, this.#bands, this.#config.features.stack);
    const ofRows = { noise: 0, frequencyMasks: 0, timeMasks, timeWidth: timeMaskWidth };
    return { frames: rows, inputs: augment(stacked, rows, width, next, ofRows) };
  }
}
