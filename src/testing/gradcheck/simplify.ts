/** Comparisons that a search for simpler inputs may cost. */
const budget = 300;

/** Simpler numbers that still fail: 0 and 1 in place of whole inputs and of entries, else fewer digits. */
export function simplified(
  inputs: readonly Float64Array[],
  fails: (inputs: readonly Float64Array[]) => boolean,
): readonly Float64Array[] {
  let best = inputs;
  let left = budget;
  /** Takes the first change that still fails. */
  const take = (input: number, changes: readonly ((value: number, i: number) => number)[]): void => {
    for (const change of changes) {
      const changed = best.slice();
      changed[input] = best[input].map(change);
      if (changed[input].every((value, i) => Object.is(value, best[input][i]))) return;
      if (left-- <= 0) return;
      if (fails(changed)) {
        best = changed;
        return;
      }
    }
  };
  const rounded = [1, 10, 100].map((parts) => (value: number) => Math.round(value * parts) / parts + 0);
  const simpler: readonly ((value: number) => number)[] = [() => 0, () => 1, ...rounded];
  inputs.forEach((_, input) => {
    take(input, simpler);
  });
  inputs.forEach(({ length }, input) => {
    for (let entry = 0; entry < length && left > 0; entry++) {
      const only = simpler.map(
        (change) => (value: number, i: number) => (i === entry ? change(value) : value),
      );
      take(input, only);
    }
  });
  return best;
}
