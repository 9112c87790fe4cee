import { random } from 'compact-rnn';

/** Sequences of the adding problem, time-major: `x` [length, count, 2] and what is asked for at the end, `sums` [count]. */
export interface Sequences {
  readonly length: number;
  readonly count: number;
  readonly x: Float32Array;
  readonly sums: Float32Array;
}

/**
 * The adding problem (Hochreiter & Schmidhuber 1997): at each step a number from 0 to 1 and a mark. Two numbers are
 * marked, one in each half of the sequence; the answer at the end is their sum. `keys` decide the numbers.
 */
export function addingProblem(length: number, count: number, ...keys: (number | string)[]): Sequences {
  const stream = random('adding', length, count, ...keys);
  const x = new Float32Array(length * count * 2);
  const sums = new Float32Array(count);
  const half = Math.floor(length / 2);
  for (let b = 0; b < count; b++) {
    const marked = [stream.integer(half), half + stream.integer(length - half)];
    for (let t = 0; t < length; t++) {
      const value = stream.next();
      x[(t * count + b) * 2] = value;
      if (!marked.includes(t)) continue;
      x[(t * count + b) * 2 + 1] = 1;
      sums[b] += value;
    }
  }
  return { length, count, x, sums };
}

/** The mean squared error of always answering 1, the mean of the sums: the variance of a sum of two, 2/12. */
export const ERROR_OF_GUESSING = 1 / 6;
