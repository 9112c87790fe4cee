import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { writeJson, writeText } from '../io/textFile.ts';
import { loadConfig, resolveCorpus, type SpeechConfig } from '../tasks/speech/config.ts';
import { corpusChecksum } from '../tasks/speech/corpusChecksum.ts';
import type { ModelMetrics, RunMetrics } from '../tasks/speech/results.ts';
import { largestProduct } from '../tasks/training/backendChoice.ts';
import { builtModels } from './builtModels.ts';
import { inTurns, unlessAborted } from './concurrency.ts';
import { type Context, cacheFolder, exit, type Output } from './context.ts';
import { metricsTable } from './metricLines.ts';
import { fromPackage } from './package.ts';
import { prepareCorpus, requireSets } from './prepareCorpus.ts';
import { createProgress, type Progress } from './progress.ts';
import { renderReport } from './report.ts';
import { expectSameCorpus, type RunBeginning, readBeginning, writeBeginning } from './runBeginning.ts';
import {
  configFile,
  createNamed,
  createNumbered,
  hasCheckpoint,
  keptConfig,
  loadRun,
  makeFolder,
  metricsFile,
  modelFolder,
  readModelMetrics,
  removeBare,
  reportFile,
  shownPath,
  writeConfig,
} from './runFolder.ts';

export interface TrainOptions {
  /** A configuration file; the package's quick run without it. */
  readonly config?: string;
  /** Another corpus than the configuration's; the same, where it lies now, of a run that is resumed. */
  readonly corpus?: string;
  readonly seed?: number;
  readonly backend?: SpeechConfig['backend'];
  /** A run to continue; goes with none of the options that would change what it trains. */
  readonly resume?: string;
  /** The run folder; `runs/<name>-<n>` without it. */
  readonly out?: string;
  /** Threads for each model, no more than its shards; one without it. Changes no result. */
  readonly threads?: number;
  readonly json?: boolean;
}

/**
 * Trains the models of a configuration side by side and leaves a run folder with checkpoints, metrics and a report.
 *
 * @returns the exit status
 * @throws InputError on bad input; nothing is left behind unless a model was trained in part
 */
export async function train(options: TrainOptions, context: Context): Promise<number> {
  context.takeInterruptions();
  const { config: wanted, source } = await chooseConfig(options, context.folder);
  const { threads = 1 } = options;
  const { shards = 1 } = wanted.training;
  if (threads > shards) {
    throw new InputError(
      `--threads is ${threads} and training.shards of the configuration ${shards}; expected at most one thread a shard`,
    );
  }
  const talk = options.json ? context.stderr : context.stdout;
  const config = await withBackend(wanted, source, threads, context, talk);
  const progress = createProgress(talk);
  let corpus: string;
  let run: string;
  let beginning: RunBeginning;
  let models: readonly (ModelMetrics | undefined)[];
  try {
    const prepared = await unlessAborted(prepareCorpus(config, context, progress), context.signal);
    if (prepared === undefined) {
      progress.say('Stopped; nothing was trained yet.');
      return exit.interrupted;
    }
    requireSets(prepared, ['train', 'test']);
    corpus = prepared.name;
    const now = { commandLine: context.commandLine, corpusSha256: corpusChecksum(prepared) };
    ({ run, beginning } =
      options.resume === undefined
        ? await openRun(config, options, context.folder, now)
        : await reopenRun(config, options.resume, context.folder, now));
    models = await trainInRun(config, run, threads, context, progress).catch(async (error) => {
      const kept = !(await tidy(run, config, options));
      throw kept && options.resume === undefined ? withResumption(error, run, context.folder) : error;
    });
  } finally {
    progress.stop();
  }

  const finished = models.filter((model) => model !== undefined);
  if (finished.length < models.length) {
    const how = (await tidy(run, config, options))
      ? 'nothing was trained yet.'
      : `to go on: compact-rnn train --resume ${shownPath(run, context.folder)}`;
    talk.write(`Stopped; ${how}\n`);
    return exit.interrupted;
  }
  const metrics: RunMetrics = {
    name: config.name,
    corpus,
    backend: [...new Set(finished.map(({ backend }) => backend))].join(', '),
    seed: config.seed,
    node: process.version,
    models: finished,
  };
  await writeJson(metricsFile(run), metrics);
  await writeText(
    reportFile(run),
    renderReport({ metrics, config: keptConfig(run, config), commandLine: beginning.commandLine }),
  );
  if (options.json) context.stdout.write(`${JSON.stringify(metrics, null, 2)}\n`);
  talk.write(`\n${metricsTable(finished)}\nReport: ${shownPath(reportFile(run), context.folder)}\n`);
  return exit.ok;
}

/** The error of a training that left something to go on with: a sentence about the input says how. */
export function withResumption(error: unknown, run: string, folder: string): unknown {
  if (!(error instanceof InputError)) return error;
  const sentence = error.message.replace(/\.$/, '');
  return new InputError(`${sentence}; go on with --resume ${shownPath(run, folder)}`, { cause: error });
}

/** The configuration to train with, and the file that it stands in. */
async function chooseConfig(
  options: TrainOptions,
  folder: string,
): Promise<{ readonly config: SpeechConfig; readonly source: string }> {
  const corpus = options.corpus === undefined ? undefined : resolveCorpus(options.corpus, folder);
  if (options.resume !== undefined) {
    const run = resolve(folder, options.resume);
    const config = await loadRun(run);
    const source = configFile(run);
    if (corpus !== undefined) return { config: { ...config, corpus }, source };
    if (!isAbsolute(config.corpus) || existsSync(config.corpus)) return { config, source };
    throw new InputError(
      `the recordings of run ${options.resume} are listed in ${config.corpus}, which is not there; say where they are with --corpus`,
    );
  }
  const path =
    options.config === undefined ? fromPackage('configs/quick.yaml') : resolve(folder, options.config);
  const config = await loadConfig(path);
  const { seed = config.seed, backend = config.backend } = options;
  return { config: { ...config, seed, backend, corpus: corpus ?? config.corpus }, source: path };
}

/**
 * The configuration with a backend that runs here in the place of one to be chosen. Throws InputError, with the reason, where
 * the one that it names does not, and where that has no threads.
 */
async function withBackend(
  config: SpeechConfig,
  source: string,
  threads: number,
  { services }: Context,
  talk: Output,
): Promise<SpeechConfig> {
  const { batchSize } = config.training;
  const products = builtModels(config, source).map((model) => largestProduct(model, batchSize));
  const { backend, reason } = await services.startChosen(config.backend, Math.max(...products));
  if (!backend.readsAtOnce && threads > 1) {
    throw new InputError(`--threads is ${threads} with the backend ${backend.name}; expected 1`);
  }
  if (reason !== undefined) talk.write(`${reason}\n`);
  return { ...config, backend: backend.name };
}

async function openRun(
  config: SpeechConfig,
  options: TrainOptions,
  folder: string,
  beginning: RunBeginning,
): Promise<{ readonly run: string; readonly beginning: RunBeginning }> {
  const run =
    options.out === undefined
      ? await createNumbered(resolve(folder, 'runs'), config.name)
      : await createNamed(resolve(folder, options.out));
  try {
    await writeConfig(run, config);
    await writeBeginning(run, beginning);
  } catch (error) {
    await tidy(run, config, options);
    throw error;
  }
  return { run, beginning };
}

/** The run to go on with, which then knows where its recordings lie. Throws InputError when it began on others. */
async function reopenRun(
  config: SpeechConfig,
  resume: string,
  folder: string,
  { corpusSha256 }: RunBeginning,
): Promise<{ readonly run: string; readonly beginning: RunBeginning }> {
  const run = resolve(folder, resume);
  const beginning = await readBeginning(run);
  expectSameCorpus(resume, beginning, config.corpus, corpusSha256);
  await writeConfig(run, config);
  return { run, beginning };
}

/** Takes back the folder of a new run in which nothing was trained, and says whether it did. */
async function tidy(run: string, config: SpeechConfig, options: TrainOptions): Promise<boolean> {
  if (options.resume !== undefined) return false;
  return removeBare(
    run,
    config.models.map((model) => model.name),
  );
}

/** Trains what is not finished yet, as many models at once as there are cores for; undefined stands for an interrupted one. */
async function trainInRun(
  config: SpeechConfig,
  run: string,
  threads: number,
  context: Context,
  progress: Progress,
): Promise<readonly (ModelMetrics | undefined)[]> {
  // A model that fails stops the others, which save what they have.
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  const onInterrupt = () =>
    progress.say('Stopping: checkpoints are being saved. Interrupt again to exit at once.');
  context.signal.addEventListener('abort', onInterrupt);

  const trainOne = async (model: string): Promise<ModelMetrics | undefined> => {
    const finished = await readModelMetrics(run, model);
    if (finished !== undefined || signal.aborted) return finished;
    const folder = modelFolder(run, model);
    await makeFolder(folder, true);
    const { completed, metrics } = await context.services.trainModel(
      {
        config,
        model,
        folder,
        resume: hasCheckpoint(folder),
        threads,
        cacheFolder: resolve(context.folder, cacheFolder),
      },
      { signal, onEvent: (event) => progress.training(model, event) },
    );
    if (!completed || metrics === undefined) return undefined;
    await writeJson(metricsFile(folder), metrics);
    return metrics;
  };

  const names = config.models.map((model) => model.name);
  const atOnce = Math.max(1, Math.floor(availableParallelism() / threads));
  const outcomes = await inTurns(names, atOnce, async (model) => {
    try {
      return await trainOne(model);
    } catch (error) {
      failure.abort();
      throw error instanceof InputError ? new InputError(`model ${model}: ${error.message}`) : error;
    }
  });
  context.signal.removeEventListener('abort', onInterrupt);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
}
