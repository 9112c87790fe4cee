/** A model of a comparison, as it is drawn. */
export interface Point {
  readonly name: string;
  readonly role: string;
  readonly maps: string;
  readonly parameters: number;
  readonly value: number;
  readonly interval: readonly [number, number];
  readonly perSeed: readonly number[];
}

/** One corpus of one comparison. */
export interface Plot {
  readonly title: string;
  /** What is measured, and how it is written. */
  readonly measure: string;
  readonly isShare: boolean;
  readonly isBetterWhenHigher: boolean;
  readonly command: string;
  readonly points: readonly Point[];
}

/** What is read of a file of docs/results: `models` hold measures under their own names, `wer` beside `werInterval`. */
interface Results {
  readonly name: string;
  readonly corpus: string;
  readonly command: string;
  readonly models: readonly (Readonly<Record<string, unknown>> & { readonly corpus?: string })[];
}

const WORDS: Readonly<Record<string, Pick<Plot, 'measure' | 'isShare' | 'isBetterWhenHigher'>>> = {
  wer: { measure: 'word error rate', isShare: true, isBetterWhenHigher: false },
  ler: { measure: 'letter error rate', isShare: true, isBetterWhenHigher: false },
  bitsPerCharacter: { measure: 'bits per character', isShare: false, isBetterWhenHigher: false },
  accuracy: { measure: 'accuracy', isShare: true, isBetterWhenHigher: true },
};

/** Whether a JSON file is the result of a comparison of models, with parameters and intervals. */
export const isComparison = (json: unknown): json is Results =>
  typeof json === 'object' && json !== null && 'models' in json && Array.isArray(json.models);

/** The plots of a comparison: one for each of its corpora, of the measure that comes first. */
export function plotsOf({ name, corpus, command, models }: Results): Plot[] {
  const corpora = [...new Set(models.map((model) => model.corpus ?? corpus))];
  return corpora.flatMap((own) => {
    const rows = models.filter((model) => (model.corpus ?? corpus) === own);
    const key = Object.keys(WORDS).find((measure) => rows.every((row) => `${measure}Interval` in row));
    if (key === undefined) return [];
    const points = rows.map(
      (row): Point => ({
        name: row.name as string,
        role: row.role as string,
        maps: row.maps as string,
        parameters: row.lstmParameters as number,
        value: row[key] as number,
        interval: row[`${key}Interval`] as [number, number],
        perSeed: row[`${key}PerSeed`] as number[],
      }),
    );
    return [{ title: `${name}: ${own}`, command, points, ...WORDS[key] }];
  });
}

/**
 * Points that no other beats: none with fewer or equally many parameters is better. In order of their parameters.
 */
export function frontier({ points, isBetterWhenHigher }: Plot): Point[] {
  const sign = isBetterWhenHigher ? -1 : 1;
  const ordered = [...points].sort((a, b) => a.parameters - b.parameters || sign * (a.value - b.value));
  let best = Number.POSITIVE_INFINITY;
  return ordered.filter(({ value }) => {
    if (sign * value >= best) return false;
    best = sign * value;
    return true;
  });
}
