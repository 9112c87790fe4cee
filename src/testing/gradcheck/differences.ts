/** A number found by extrapolation, and how far from the truth it may be. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** A function along a line through the point that is looked at, which is at 0. */
export type Line = (h: number) => number;

/** Where differences begin, and how exact is exact enough. */
export interface Steps {
  readonly first: number;
  readonly enough: number;
}

/** The derivative at 0 by central differences, whose error has even powers of h alone. */
export const central = (line: Line, steps: Steps): Estimate =>
  extrapolate((h) => (line(h) - line(-h)) / (2 * h), 4, steps);

/** The derivatives from below and from above. They differ at a kink. */
export const oneSided = (line: Line, steps: Steps): { left: Estimate; right: Estimate } => ({
  left: extrapolate((h) => (line(0) - line(-h)) / h, 2, steps),
  right: extrapolate((h) => (line(h) - line(0)) / h, 2, steps),
});

/** Whether the function has two values at 0: steps a million times shorter change it as much, on one side. */
export const jumps = (line: Line, { first }: Steps): boolean =>
  [1, -1].some((side) => {
    const [far, near] = [first, first * 1e-6].map((h) => Math.abs(line(side * h) - line(0)));
    return near > 0.5 * far && near > 1e-9 * Math.abs(line(0));
  });

/**
 * Ridders' method (1982): quotients of steps that halve, extrapolated to step 0, until two extrapolations agree; the step
 * adapts to how strongly the function bends, and to where it is defined. Errors fall by `base` for each halving.
 */
function extrapolate(quotient: (h: number) => number, base: 2 | 4, { first, enough }: Steps): Estimate {
  let best: Estimate = { value: Number.NaN, error: Infinity };
  let above: number[] = [];
  for (let halvings = 0; halvings < 32; halvings++) {
    const row = [quotient(first / 2 ** halvings)];
    let error = Infinity;
    // Each column removes one more power from the error; more than a few only amplify rounding.
    for (let order = 1; order <= Math.min(above.length, 5); order++) {
      row.push(row[order - 1] + (row[order - 1] - above[order - 1]) / (base ** order - 1));
      const estimate = Math.max(
        Math.abs(row[order] - row[order - 1]),
        Math.abs(row[order] - above[order - 1]),
      );
      if (estimate < error) error = estimate;
      if (estimate < best.error) best = { value: row[order], error: estimate };
    }
    if (best.error <= Math.max(1e-10 * Math.abs(best.value), enough)) break;
    // From here on rounding grows as steps shrink.
    if (halvings > 12 && error > 1e4 * best.error) break;
    above = row;
  }
  return best;
}
