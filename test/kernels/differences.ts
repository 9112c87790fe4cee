import { expect } from 'vitest';

/** Throws unless `gradient` is, to eight digits, what differences of `loss` give as x is changed in place. */
export function expectGradient(
  what: string,
  loss: () => number,
  x: Float64Array,
  gradient: ArrayLike<number>,
): void {
  for (let i = 0; i < x.length; i++) {
    const kept = x[i];
    const at = (offset: number) => {
      x[i] = kept + offset;
      return loss();
    };
    const central = (step: number) => (at(step) - at(-step)) / (2 * step);
    // Extrapolated to step 0 (Richardson): a step this wide leaves little rounding, and no error of its square.
    const numeric = (4 * central(1e-4) - central(2e-4)) / 3;
    x[i] = kept;
    expect(gradient[i], `${what}[${i}]`).toBeCloseTo(numeric, 8);
  }
}
