import { central, jumps, type Line, oneSided } from './differences.ts';
import { dot, largestOf, type Subject } from './subject.ts';

/** An analytic and a numeric derivative beside each other. */
export interface Comparison {
  readonly analytic: number;
  readonly numeric: number;
  readonly relativeError: number;
  /** Where differences from below and from above disagree: what each gives. */
  readonly kink?: { readonly left: number; readonly right: number };
  /** Whether the function has two values there. */
  readonly jump?: boolean;
}

/** What is compared: Σ weights · outputs along a direction of one input. */
export interface Probe {
  readonly input: number;
  readonly direction: Float64Array;
  readonly weights: Float64Array;
}

export interface CompareOptions {
  readonly tolerance: number;
  /** Distance of the nearest kink, if someone knows it. */
  readonly kink: (inputs: readonly Float64Array[]) => number;
}

/** Compares along one direction; `gradient` is that of Σ weights · outputs by the input. */
export function compare(
  subject: Subject,
  inputs: readonly Float64Array[],
  { input, direction, weights }: Probe,
  gradient: Float64Array,
  { tolerance, kink }: CompareOptions,
): Comparison {
  const here = subject.value(inputs);
  const line: Line = (h) => {
    if (h === 0) return dot(here, weights);
    const moved = inputs.slice();
    moved[input] = inputs[input].map((value, i) => value + h * direction[i]);
    return dot(subject.value(moved), weights);
  };
  const terms = gradient.map((slope, i) => (direction[i] === 0 ? 0 : slope * direction[i]));
  const analytic = terms.reduce((total, term) => total + term, 0);
  // Terms may cancel by chance: the error is measured against what a random direction is expected to give; and differences
  // of numbers of some size can be no more exact than their last digits.
  const magnitude = here.reduce((total, value, i) => total + Math.abs(value * weights[i]), 0);
  const floor = Math.max(
    Math.hypot(...terms.filter((term) => term !== 0)),
    1e-3 * largestOf(gradient) * largestOf(direction),
    1e-6 * magnitude,
  );
  const scaleOf = (...numbers: number[]) => Math.max(floor, ...numbers.map(Math.abs));
  const enough = 1e-2 * tolerance * scaleOf(analytic);
  const size = Math.max(1, Math.sqrt(dot(inputs[input], inputs[input]) / inputs[input].length));
  const known = kink(inputs);
  const first = Math.min(4e-3 * size, known > 0 ? known / 2 : Infinity);
  const numeric = central(line, { first, enough: Number.isFinite(enough) ? enough : 0 });
  const relativeError = errorOf(analytic, numeric.value, scaleOf(analytic, numeric.value));
  const result = { analytic, numeric: numeric.value, relativeError };
  // Where slopes from below and from above cancel, as those of |x| do, central differences alone see no kink.
  const short = Math.min(1e-5 * size, first);
  const bend = (line(short) + line(-short) - 2 * line(0)) / short;
  if (relativeError <= tolerance && !(Math.abs(bend) > 1e-4 * scaleOf(analytic))) return result;
  const { left, right } = oneSided(line, { first, enough: 0 });
  const gap = Math.abs(left.value - right.value);
  const scale = scaleOf(left.value, right.value);
  if (gap > tolerance * scale && gap > 10 * (left.error + right.error)) {
    // Any slope between the two is one of the function there (Clarke's generalised gradient).
    const [low, high] = [left.value, right.value].sort((a, b) => a - b);
    const outside = Math.max(low - analytic, analytic - high, 0);
    return {
      ...result,
      relativeError: errorOf(outside, 0, scale),
      kink: { left: left.value, right: right.value },
    };
  }
  if (relativeError <= tolerance) return result;
  return jumps(line, { first, enough }) ? { ...result, jump: true } : result;
}

const errorOf = (a: number, b: number, scale: number): number => (a === b ? 0 : Math.abs(a - b) / scale);
