/** Figures of a set: named columns with one entry an item (an utterance, an image, a verse), in the set's order. */
export type SetScores = Readonly<Record<string, readonly number[]>>;

/** What models are measured by: the sum of one column over that of another. */
export interface Measure {
  /** Its name in the results: `wer`. */
  readonly key: string;
  /** Its name in a model's row there, where that is another. */
  readonly rowKey?: string;
  /** For people: `WER`. */
  readonly label: string;
  readonly column: string;
  /** The column of what it is counted over; the items without it. */
  readonly units?: string;
  readonly better: 'lower' | 'higher';
  /** `share` is written as per cent; anything else is the unit that stands after the number. */
  readonly unit: 'share' | 'bits';
}

/** A measure of a set: 0.05 is 5 %. */
export function measured(set: SetScores, { column, units }: Pick<Measure, 'column' | 'units'>): number {
  return total(set[column]!) / (units === undefined ? set[column]!.length : total(set[units]!));
}

/** How much worse a value is than another, in the measure's unit; below 0 where it is better. */
export function worseBy({ better }: Pick<Measure, 'better'>, value: number, than: number): number {
  return better === 'lower' ? value - than : than - value;
}

/** The columns that measures are made of. */
export function columnsOf(measures: readonly Measure[]): readonly string[] {
  return [
    ...new Set(measures.flatMap(({ column, units }) => (units === undefined ? [column] : [column, units]))),
  ];
}

/** Several sets of the same columns as one, in their order. */
export function joined(parts: readonly SetScores[]): SetScores {
  const columns = Object.keys(parts[0] ?? {});
  return Object.fromEntries(columns.map((column) => [column, parts.flatMap((part) => part[column]!)]));
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const mean = (values: readonly number[]): number => total(values) / values.length;
