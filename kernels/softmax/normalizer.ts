import type { FloatArray } from '../types.ts';

/** The largest entry of a row, and the sum of the exponentials of all entries less it. */
export function normalizer(x: FloatArray, first: number, cols: number): { max: number; sum: number } {
  let max = -Infinity;
  for (let i = first; i < first + cols; i++) max = Math.max(max, x[i]);
  let sum = 0;
  for (let i = first; i < first + cols; i++) sum += Math.exp(x[i] - max);
  return { max, sum };
}
