import { InputError } from '../errors.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The interval that holds a share of the values, 0.95 unless given, as much of the rest below as above. */
export function percentiles(sorted: Float64Array, level = 0.95): Interval {
  if (!(level > 0 && level < 1)) throw new InputError(`level is ${level}; expected a share between 0 and 1`);
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** The quantile of ascending values, linear between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
