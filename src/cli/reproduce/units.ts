import type { Measure } from '../../tasks/experiments/measure.ts';
import type { Difference } from '../../tasks/experiments/seedBootstrap.ts';
import { decimal, percent } from '../format.ts';

/* How values of measures are written: shares as per cent and percentage points, bits as they are. */

/** `4.2 %`, or `2.134`. */
export function short(value: number, { unit }: Measure): string {
  return unit === 'share' ? percent(value) : decimal(value, 3);
}

/** `4.2 % WER`, or `2.134 bits per character`. */
export function labelled(value: number, measure: Measure): string {
  return `${short(value, measure)} ${measure.label}`;
}

/** `4.21 %`, or `2.134`. */
export function exact(value: number, measure: Measure): string {
  return `${digits(value, measure)}${measure.unit === 'share' ? ' %' : ''}`;
}

/** `4.21 % (3.98 to 4.47)` */
export function within(value: number, [low, high]: readonly [number, number], measure: Measure): string {
  return `${exact(value, measure)} (${digits(low, measure)} to ${digits(high, measure)})`;
}

/** A value as it stands on a chart: per cent, or bits. */
export function charted(value: number, { unit }: Measure): number {
  return unit === 'share' ? 100 * value : value;
}

/** `+0.21 (−0.10 to +0.52)`, in percentage points or bits. */
export function difference(
  { difference: found, interval: [low, high] }: Difference,
  measure: Measure,
): string {
  return `${signed(found, measure)} (${signed(low, measure)} to ${signed(high, measure)})`;
}

/** `+0.21 points (−0.10 to +0.52) of WER`, or `+0.021 bits per character (−0.010 to +0.052)`. */
export function differenceInWords(found: Difference, measure: Measure): string {
  const { unit, label } = measure;
  const text = difference(found, measure);
  return unit === 'share'
    ? `${text.replace(' (', ' points (')} of ${label}`
    : text.replace(' (', ` ${label} (`);
}

/** `at most 0.3 points more WER`, or `at most 0.050 more bits per character`. */
export function atMostWorse(worse: number, { unit, label, better }: Measure): string {
  const more = better === 'lower' ? 'more' : 'less';
  return unit === 'share'
    ? `at most ${decimal(100 * worse, 1)} points ${more} ${label}`
    : `at most ${decimal(worse, 3)} ${more} ${label}`;
}

function digits(value: number, { unit }: Measure): string {
  return unit === 'share' ? decimal(100 * value, 2) : decimal(value, 3);
}

const signed = (value: number, measure: Measure): string =>
  `${value < 0 ? '−' : '+'}${digits(Math.abs(value), measure)}`;
