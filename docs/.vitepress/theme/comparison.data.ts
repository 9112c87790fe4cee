import { readFileSync } from 'node:fs';
import { defineLoader } from 'vitepress';

/** A model of the comparison on spoken queries, as far as a table shows it. */
export interface ComparedModel {
  readonly name: string;
  readonly maps: string;
  readonly lstmParameters: number;
  readonly heldOutWords: number;
  readonly wer: number;
  readonly framesPerSecond: number;
  /** Of the word error rate, from the dense baseline's, with its interval; the baseline has none. */
  readonly differenceFromDense?: {
    readonly difference: number;
    readonly interval: readonly [number, number];
  };
}

declare const data: readonly ComparedModel[];

export { data };

/** Read when the site is built, so that no figure of a page can differ from the results. */
export default defineLoader({
  watch: ['../../results/spoken-queries.json'],
  load([file]): readonly ComparedModel[] {
    const { models } = JSON.parse(readFileSync(file, 'utf8')) as { models: ComparedModel[] };
    return models.map(
      ({ name, maps, lstmParameters, heldOutWords, wer, framesPerSecond, differenceFromDense }) => ({
        name,
        maps,
        lstmParameters,
        heldOutWords,
        wer,
        framesPerSecond,
        differenceFromDense,
      }),
    );
  },
});
