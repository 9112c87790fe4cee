import { InputError } from '../../errors.ts';
import { percentiles } from '../percentiles.ts';
import { mean, worseBy } from './measure.ts';

/** A model's figures on every item of a set, such as errors in an utterance, once for each seed. */
export interface SeededScores {
  readonly name: string;
  /** `[seeds][items]` */
  readonly scores: readonly (readonly number[])[];
}

export interface SeededBootstrapOptions {
  /** Gives numbers in [0, 1): the only source of chance. */
  readonly random: () => number;
  /** Which rates are the good ones; low by default, as of errors. */
  readonly better?: 'lower' | 'higher';
  /** Number of resampled test sets; 1000 by default. */
  readonly resamples?: number;
}

/** A measure of models on the same resampled test sets. */
export interface ResampledRates {
  /** The rate as it is, averaged over seeds; its 95 % interval. */
  rate(model: string): { readonly rate: number; readonly interval: readonly [number, number] };
  /** The rate of `model` minus that of `baseline`, its 95 % interval, and how often `model` did better. */
  difference(model: string, baseline: string): Difference;
}

export interface Difference {
  readonly difference: number;
  readonly interval: readonly [number, number];
  /** Share of the resampled test sets on which the model does better than what it is compared with. */
  readonly probabilityOfImprovement: number;
}

/**
 * Percentile bootstrap over items and seeds: in every resample the items are drawn anew with replacement, the same for
 * all models (Bisani and Ney 2004), and so are each model's seeds, separately, since nothing pairs one model's seed with
 * another's. An interval then holds what another test set and other seeds would do.
 *
 * @param totals units of each item, such as the words of an utterance
 * @throws InputError where a model has no seed, or figures on another number of items
 */
export function resampleSeeded(
  models: readonly SeededScores[],
  totals: readonly number[],
  { random, better = 'lower', resamples = 1000 }: SeededBootstrapOptions,
): ResampledRates {
  for (const { name, scores } of models) {
    const odd = scores.find((ofSeed) => ofSeed.length !== totals.length);
    if (scores.length === 0 || odd !== undefined) {
      throw new InputError(
        `model ${name} has scores of ${scores.length} seeds on ${odd?.length ?? 0} items; expected at least one seed, on ${totals.length}`,
      );
    }
  }
  const rates = new Map(models.map(({ name }) => [name, new Float64Array(resamples)]));
  const drawn = new Int32Array(totals.length);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(random() * drawn.length);
    for (const { name, scores } of models) {
      const bySeed = scores.map((ofSeed) => rateOf(ofSeed, totals, drawn));
      const seeds = bySeed.map(() => bySeed[Math.floor(random() * bySeed.length)]!);
      rates.get(name)![r] = mean(seeds);
    }
  }
  const all = Int32Array.from(totals, (_, i) => i);
  const rateAsItIs = (name: string): number =>
    mean(models.find((model) => model.name === name)!.scores.map((ofSeed) => rateOf(ofSeed, totals, all)));
  return {
    rate(name) {
      return { rate: rateAsItIs(name), interval: intervalOf(rates.get(name)!) };
    },
    difference(name, baseline) {
      const [own, other] = [rates.get(name)!, rates.get(baseline)!];
      const differences = own.map((rate, r) => rate - other[r]!);
      return {
        difference: rateAsItIs(name) - rateAsItIs(baseline),
        interval: intervalOf(differences),
        probabilityOfImprovement:
          differences.filter((value) => worseBy({ better }, value, 0) < 0).length / resamples,
      };
    },
  };
}

function intervalOf(values: Float64Array): readonly [number, number] {
  const { low, high } = percentiles(values.slice().sort());
  return [low, high];
}

function rateOf(scores: readonly number[], totals: readonly number[], drawn: Int32Array): number {
  let [sum, all] = [0, 0];
  for (const i of drawn) {
    sum += scores[i]!;
    all += totals[i]!;
  }
  return sum / all;
}
