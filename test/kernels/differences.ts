import { expect } from 'vitest';

/** Throws unless `gradient` is, to eight digits, what central differences of `loss` give as x is changed in place. */
export function expectGradient(
  what: string,
  loss: () => number,
  x: Float64Array,
  gradient: ArrayLike<number>,
): void {
  const step = 1e-5;
  for (let i = 0; i < x.length; i++) {
    const kept = x[i];
    x[i] = kept + step;
    const up = loss();
    x[i] = kept - step;
    const down = loss();
    x[i] = kept;
    expect(gradient[i], `${what}[${i}]`).toBeCloseTo((up - down) / (2 * step), 8);
  }
}
