/** Where a value is drawn. */
export type Scale = (value: number) => number;

/** From a range of values to a range of places, straight. */
export const linear =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale =>
  (value) =>
    start + ((value - from) / (to - from || 1)) * (end - start);

/** The same with equal ratios at equal distances; values below the range stay at its start. */
export function logarithmic([from, to]: readonly [number, number], places: readonly [number, number]): Scale {
  const straight = linear([Math.log(from), Math.log(to)], places);
  return (value) => straight(Math.log(Math.max(value, from)));
}

/** Round values within a range, about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
export function ticks([from, to]: readonly [number, number], count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Multiples, not sums: 3 · 0.1 is written 0.3 after rounding, a sum of steps would drift.
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** The path of a line through points. */
export const linePath = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** `count` of the indices 0 … length − 1, evenly spread, the last among them. */
export function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

/**
 * Ascending places moved until neighbours are `distance` apart, each group of neighbours about its own middle.
 */
export function spacedApart(places: readonly number[], distance: number): number[] {
  const groups: { from: number; sum: number; count: number }[] = [];
  for (const place of places) {
    let group = { from: place, sum: place, count: 1 };
    for (;;) {
      const before = groups[groups.length - 1];
      if (before === undefined || group.from - (before.from + (before.count - 1) * distance) >= distance)
        break;
      groups.pop();
      const [sum, count] = [before.sum + group.sum, before.count + group.count];
      group = { from: sum / count - ((count - 1) * distance) / 2, sum, count };
    }
    groups.push(group);
  }
  return groups.flatMap(({ from, count }) => Array.from({ length: count }, (_, k) => from + k * distance));
}
