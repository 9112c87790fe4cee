import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { resolveCorpus, type SpeechConfig } from '../tasks/speech/config.ts';
import { modelConfig } from '../tasks/speech/recogniser.ts';
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
  /** Scores every model with its weights in 8 bits as well. */
  readonly weights?: 'int8';
  readonly json?: boolean;
}

/** The score of a model, and how its weights were kept where that was asked. */
type ModelScore = { readonly name: string; readonly weights?: 'float32' | 'int8' } & SetScore;

/**
 * Scores every trained model of a run on a set of a corpus.
 *
 * @returns the exit status
 * @throws InputError when the folder is not a run, has no trained model, or the corpus has no such set, or when 8-bit weights
 * are asked of a bidirectional model
 */
export async function evaluate(options: EvaluateOptions, context: Context): Promise<number> {
  const run = resolve(context.folder, options.run);
  const trained = await loadRun(run);
  const corpusName =
    options.corpus === undefined ? trained.corpus : resolveCorpus(options.corpus, context.folder);
  const names = trainedModels(run, trained);
  if (options.weights === 'int8') checkDirections(trained, names);
  const progress = createProgress(options.json ? context.stderr : context.stdout);
  const models: ModelScore[] = [];
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
      const forms =
        options.weights === 'int8'
          ? [
              { weights: 'float32' as const, recogniser },
              { weights: 'int8' as const, recogniser: recogniser.quantised() },
            ]
          : [{ recogniser }];
      for (const { recogniser: own, ...form } of forms) {
        const score = await context.services.evaluate(own, utterances, { onProgress });
        models.push({ name, ...form, ...score });
      }
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

/** Throws InputError naming the first of the models that no stream can read. */
function checkDirections(config: SpeechConfig, names: readonly string[]): void {
  const found = names.find((name) => modelConfig(config, name).layers.some((layer) => layer.bidirectional));
  if (found === undefined) return;
  throw new InputError(
    `--weights is int8 and model ${found} is bidirectional; expected models of one direction, which streams can read`,
  );
}

function scoreTable(models: readonly ModelScore[]): string {
  const row = (label: string, value: (score: SetScore) => string) => [label, ...models.map(value)];
  return textTable([
    ['', ...models.map(({ name, weights }) => (weights === 'int8' ? `${name}, int8` : name))],
    row('WER (95 % interval)', (score) => percentWithin(score.wer, score.werInterval)),
    row('WER, greedy', (score) => percent(score.greedyWer)),
    row('Letter errors, greedy', (score) => percent(score.greedyLer)),
    row('Words', (score) => count(score.words)),
    row('Utterances', (score) => count(score.utterances)),
  ]);
}
