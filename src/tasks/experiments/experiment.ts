import type { LayerSpec } from '../../nn/spec.ts';
import type { Task } from './task.ts';

/** A question about models, and the comparisons that answer it: everything that decides the answer. */
export interface Experiment {
  readonly name: string;
  /** What is asked, for people. */
  readonly question: string;
  /** On one corpus each, the headline's first. */
  readonly comparisons: readonly Comparison[];
}

/** A comparison of models on one corpus. */
export interface Comparison {
  readonly task: Task;
  /** Cross-validation in so many parts instead of the corpus' own sets. */
  readonly folds?: number;
  /** Sets that final models are tested on, the headline's first. */
  readonly testSets: readonly [string, ...string[]];
  /** Key of the measure that choices are made by, on the development set. */
  readonly judge: string;
  readonly width: WidthSearch;
  readonly search: RateSearch;
  /** The first is the dense baseline. */
  readonly models: readonly Contender[];
  /** What the results shall say yes or no to. */
  readonly claims: readonly Claim[];
  /** Pairs whose difference is of interest besides everyone's from dense: a model, and what it is compared with. */
  readonly pairs: readonly (readonly [string, string])[];
}

/** The width of the dense baseline is the smallest of the candidates that doubling does not improve. */
export interface WidthSearch {
  /** Each twice the one before; a single one is no search. */
  readonly candidates: readonly number[];
  /** Doubling improves where the judging measure gets better by more than this. */
  readonly improvement: number;
}

/** How learning rates are searched for: every model is tried with each of the rates, the same number of trials for all. */
export interface RateSearch {
  readonly learningRates: readonly number[];
  readonly seed: number;
  /** Length of a trial as a share of the final training's epochs, rounded up; the whole of it by default. */
  readonly length?: number;
}

/** One of the models that are compared. */
export interface Contender {
  readonly name: string;
  /** What it is and why it is here, for people. */
  readonly role: string;
  /** Final trainings, with the seeds 1, 2, …. */
  readonly seeds: number;
  /** Its layers at the width of the dense baseline, with one size left free, reading rows of `inputSize` values. */
  readonly layers: (width: number, size: number, inputSize: number) => readonly LayerSpec[];
  /**
   * How many parameters its recurrent layers may have, which decides the free size: at most a share of the dense
   * baseline's, or as near as can be to another model's. Without it there is no free size.
   */
  readonly parameters?: { readonly atMost: number } | { readonly like: string };
  /** Of its training from scratch; the task's unless given. */
  readonly epochs?: number;
  /** As many as the comparison's, and tried instead of them, where other steps suit its parameters. */
  readonly learningRates?: readonly number[];
  /** For a model that is compressed from a trained one rather than trained from scratch: how. */
  readonly start?: CompressedStart;
}

/** Training that begins from another model's trained weights, fitted to this one's structure. */
export interface CompressedStart {
  /** A model before this one, of the same width; the one of the same seed is compressed. */
  readonly from: string;
  readonly epochs: number;
  /** As many as the comparison's, and tried instead of them: a trained model wants smaller steps. */
  readonly learningRates: readonly number[];
}

/** "At least this share fewer LSTM parameters than dense, for a headline measure that is at most so much worse." */
export interface Claim {
  readonly model: string;
  readonly fewer: number;
  readonly worse: number;
}

/** One part of a cross-validation: the `index`-th of `of`, from 0. */
export interface Fold {
  readonly index: number;
  readonly of: number;
}
