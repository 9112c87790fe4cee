import { InputError } from '../../../errors.ts';
import { percentiles } from '../score/bootstrap.ts';

/** A model's errors on every utterance of a set, once for each seed. */
export interface SeededErrors {
  readonly name: string;
  /** `[seeds][utterances]` */
  readonly errors: readonly (readonly number[])[];
}

export interface SeededBootstrapOptions {
  /** Gives numbers in [0, 1): the only source of chance. */
  readonly random: () => number;
  /** Number of resampled test sets; 1000 by default. */
  readonly resamples?: number;
}

/** Error rates of models on the same resampled test sets. */
export interface ResampledRates {
  /** The rate as it is, averaged over seeds; its 95 % interval. */
  rate(model: string): { readonly rate: number; readonly interval: readonly [number, number] };
  /** The rate of `model` minus that of `baseline`, its 95 % interval, and how often `model` made fewer errors. */
  difference(model: string, baseline: string): Difference;
}

export interface Difference {
  readonly difference: number;
  readonly interval: readonly [number, number];
  /** Share of the resampled test sets on which the model does better than what it is compared with. */
  readonly probabilityOfImprovement: number;
}

/**
 * Percentile bootstrap over utterances and seeds: in every resample the utterances are drawn anew with replacement, the
 * same for all models (Bisani and Ney 2004), and so are each model's seeds, for itself, since nothing pairs one model's
 * seed with another's. An interval then holds what another test set and other seeds would do.
 *
 * @param totals units of each utterance
 * @throws InputError where a model has no seed, or errors on another number of utterances
 */
export function resampleSeeded(
  models: readonly SeededErrors[],
  totals: readonly number[],
  { random, resamples = 1000 }: SeededBootstrapOptions,
): ResampledRates {
  for (const { name, errors } of models) {
    const odd = errors.find((ofSeed) => ofSeed.length !== totals.length);
    if (errors.length === 0 || odd !== undefined) {
      throw new InputError(
        `model ${name} has errors of ${errors.length} seeds on ${odd?.length ?? 0} utterances; expected at least one seed, on ${totals.length}`,
      );
    }
  }
  const rates = new Map(models.map(({ name }) => [name, new Float64Array(resamples)]));
  const drawn = new Int32Array(totals.length);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(random() * drawn.length);
    for (const { name, errors } of models) {
      const bySeed = errors.map((ofSeed) => rateOf(ofSeed, totals, drawn));
      const seeds = bySeed.map(() => bySeed[Math.floor(random() * bySeed.length)]!);
      rates.get(name)![r] = mean(seeds);
    }
  }
  const all = Int32Array.from(totals, (_, i) => i);
  const rateAsItIs = (name: string): number =>
    mean(models.find((model) => model.name === name)!.errors.map((ofSeed) => rateOf(ofSeed, totals, all)));
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
        probabilityOfImprovement: differences.filter((value) => value < 0).length / resamples,
      };
    },
  };
}

function intervalOf(values: Float64Array): readonly [number, number] {
  const { low, high } = percentiles(values.slice().sort());
  return [low, high];
}

function rateOf(errors: readonly number[], totals: readonly number[], drawn: Int32Array): number {
  let [wrong, all] = [0, 0];
  for (const i of drawn) {
    wrong += errors[i]!;
    all += totals[i]!;
  }
  return wrong / all;
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
