import { InputError } from '../../../errors.ts';
import { type Interval, percentiles } from '../../percentiles.ts';

/** Errors of one utterance and the number of units in its reference. */
export interface UtteranceErrors {
  readonly errors: number;
  readonly total: number;
}

export interface BootstrapOptions {
  /** Gives numbers in [0, 1): the only source of chance. */
  random: () => number;
  /** Number of resampled test sets; 1000 by default. */
  resamples?: number;
  /** Share of the resampled values inside the interval; 0.95 by default. */
  level?: number;
}

export interface RateInterval extends Interval {
  /** The error rate of the utterances as they are. */
  readonly rate: number;
}

export interface DifferenceInterval extends Interval {
  /** The error rate of `a` minus that of `b`, of the utterances as they are. */
  readonly difference: number;
  /** Share of the resampled test sets on which `a` makes fewer errors than `b`. */
  readonly probabilityOfImprovement: number;
}

/**
 * Percentile bootstrap interval of an error rate: whole utterances are drawn anew with replacement, since
 * the errors inside one depend on each other (Bisani and Ney 2004).
 *
 * @throws InputError without utterances, on one without units, or on an option out of range
 */
export function bootstrapInterval(
  perUtterance: readonly UtteranceErrors[],
  options: BootstrapOptions,
): RateInterval {
  checkUtterances(perUtterance, 'perUtterance');
  const rates = resample(perUtterance.length, options, (drawn) => rateOf(perUtterance, drawn));
  return { rate: rateOf(perUtterance), ...percentiles(rates, options.level) };
}

/**
 * Percentile bootstrap interval of the difference between two recognisers' error rates on the same
 * utterances, each resampled test set being the same for both (Bisani and Ney 2004).
 *
 * @throws InputError when the two do not list the same utterances, and as `bootstrapInterval` does
 */
export function pairedBootstrap(
  a: readonly UtteranceErrors[],
  b: readonly UtteranceErrors[],
  options: BootstrapOptions,
): DifferenceInterval {
  checkUtterances(a, 'a');
  checkUtterances(b, 'b');
  if (a.length !== b.length) {
    throw new InputError(`a has ${a.length} utterances and b has ${b.length}; expected the same ones`);
  }
  const other = a.findIndex((utterance, i) => utterance.total !== b[i]!.total);
  if (other >= 0) {
    throw new InputError(
      `utterance ${other} has a total of ${a[other]!.total} in a and ${b[other]!.total} in b; ` +
        'expected the same utterances in the same order',
    );
  }
  const difference = (drawn?: Int32Array) => rateOf(a, drawn) - rateOf(b, drawn);
  const differences = resample(a.length, options, difference);
  const better = differences.reduce((count, value) => count + (value < 0 ? 1 : 0), 0);
  return {
    difference: difference(),
    probabilityOfImprovement: better / differences.length,
    ...percentiles(differences, options.level),
  };
}

/** The statistic of each resampled test set, ascending. */
function resample(
  utterances: number,
  { random, resamples = 1000 }: BootstrapOptions,
  statistic: (drawn: Int32Array) => number,
): Float64Array {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new InputError(`resamples is ${resamples}; expected an integer, 1 or more`);
  }
  const drawn = new Int32Array(utterances);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < utterances; i++) drawn[i] = Math.floor(random() * utterances);
    values[r] = statistic(drawn);
  }
  return values.sort();
}

function rateOf(perUtterance: readonly UtteranceErrors[], drawn?: Int32Array): number {
  let errors = 0;
  let total = 0;
  for (let i = 0; i < perUtterance.length; i++) {
    const utterance = perUtterance[drawn ? drawn[i]! : i]!;
    errors += utterance.errors;
    total += utterance.total;
  }
  return errors / total;
}

function checkUtterances(perUtterance: readonly UtteranceErrors[], name: string): void {
  if (perUtterance.length === 0) throw new InputError(`${name} is empty; expected at least one utterance`);
  for (const [i, { errors, total }] of perUtterance.entries()) {
    if (!Number.isInteger(errors) || errors < 0 || !Number.isInteger(total) || total < 1) {
      throw new InputError(
        `${name}[${i}] has ${errors} errors of ${total}; expected 0 or more errors of at least 1`,
      );
    }
  }
}
