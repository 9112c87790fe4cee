import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { resolveCorpus } from '../tasks/speech/config.ts';
import type { SetScore } from '../tasks/speech/results.ts';
import { type Context, exit } from './context.ts';
import { count, percent, percentWithin, textTable } from './format.ts';
import { prepareCorpus } from './prepareCorpus.ts';
import { createProgress } from './progress.ts';
import { loadRun, modelFolder } from './runFolder.ts';
import { trainedModels } from './trainedModels.ts';

export interface EvaluateOptions {
  readonly run: string;
  /** Another corpus than the run's. */
  readonly corpus?: string;
  /** The set of the corpus to score on. */
  readonly set: string;
  readonly json?: boolean;
}

/**
 * Scores every trained model of a run on a set of a corpus.
 *
 * @returns the exit status
 * @throws InputError when the folder is no run, holds no trained model, or the corpus has no such set
 */
export async function evaluate(options: EvaluateOptions, context: Context): Promise<number> {
  const run = resolve(context.folder, options.run);
  const trained = await loadRun(run);
  const corpusName =
    options.corpus === undefined ? trained.corpus : resolveCorpus(options.corpus, context.folder);
  const names = trainedModels(run, trained);
  const progress = createProgress(options.json ? context.stderr : context.stdout);
  const models: ({ readonly name: string } & SetScore)[] = [];
  let corpus: string;
  try {
    const loaded = await prepareCorpus({ ...trained, corpus: corpusName }, context, progress);
    const utterances = Object.hasOwn(loaded.sets, options.set) ? loaded.sets[options.set] : undefined;
    if (utterances === undefined || utterances.length === 0) {
      const sets = Object.keys(loaded.sets).join(', ');
      throw new InputError(
        `corpus ${loaded.name} has no utterances in a set "${options.set}"; it has ${sets}`,
      );
    }
    corpus = loaded.name;
    for (const name of names) {
      const recogniser = await context.services.loadRecogniser(modelFolder(run, name));
      const onProgress = (done: number, total: number) =>
        progress.training(name, { kind: 'evaluating', done, total, set: options.set });
      models.push({ name, ...(await context.services.evaluate(recogniser, utterances, { onProgress })) });
    }
  } finally {
    progress.stop();
  }
  const text = options.json
    ? `${JSON.stringify({ corpus, set: options.set, models }, null, 2)}\n`
    : `\n${corpus}, ${options.set}:\n${scoreTable(models)}`;
  context.stdout.write(text);
  return exit.ok;
}

function scoreTable(models: readonly ({ readonly name: string } & SetScore)[]): string {
  const row = (label: string, value: (score: SetScore) => string) => [label, ...models.map(value)];
  return textTable([
    ['', ...models.map((model) => model.name)],
    row('WER (95 % interval)', (score) => percentWithin(score.wer, score.werInterval)),
    row('WER, greedy', (score) => percent(score.greedyWer)),
    row('Letter errors, greedy', (score) => percent(score.greedyLer)),
    row('Words', (score) => count(score.words)),
    row('Utterances', (score) => count(score.utterances)),
  ]);
}
