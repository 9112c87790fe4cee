import { copyFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { fileErrorText } from '../io/fileError.ts';
import { writeJson } from '../io/textFile.ts';
import type { CompressedPlace } from '../nn/compress.ts';
import { compressRecogniser, saveStart } from '../tasks/speech/compress.ts';
import {
  type ModelConfig,
  parseConfig,
  parseModel,
  readValue,
  type SpeechConfig,
} from '../tasks/speech/config.ts';
import type { Corpus } from '../tasks/speech/corpus.ts';
import { corpusChecksum } from '../tasks/speech/corpusChecksum.ts';
import { modelConfig, type Recogniser } from '../tasks/speech/recogniser.ts';
import type { ModelMetrics, SetScore } from '../tasks/speech/results.ts';
import { CHECKPOINT } from '../tasks/training/savedTensors.ts';
import { builtModel } from './builtModels.ts';
import { checkRanks, grownInWords } from './compressionChecks.ts';
import { unlessAborted } from './concurrency.ts';
import { type Context, exit } from './context.ts';
import { count, percent, percentWithin, textTable } from './format.ts';
import { prepareCorpus, requireSets } from './prepareCorpus.ts';
import { createProgress } from './progress.ts';
import { expectSameCorpus, type RunBeginning, readBeginning, writeBeginning } from './runBeginning.ts';
import {
  compressionFile,
  createNamed,
  createNumbered,
  loadRun,
  makeFolder,
  metricsFile,
  modelFolder,
  readModelMetrics,
  writeConfig,
} from './runFolder.ts';
import { train, withResumption } from './train.ts';
import { chooseModel } from './trainedModels.ts';

export interface CompressOptions {
  readonly run: string;
  /** A model of the run; the one of the lowest held-out word error rate without it. */
  readonly model?: string;
  /** The structure of every map: `circulant`, `lowRank=16`, `kronecker=4,2`. Either this or `layers`. */
  readonly map?: string;
  /** A file with the compressed model as it would stand in a configuration; it needs no name. */
  readonly layers?: string;
  /** Epochs to train on; as many as the run's without it. */
  readonly epochs?: number;
  /** The run folder; `runs/<name>-<n>` without it. */
  readonly out?: string;
}

/** The file `compression.json`: where a compressed model came from, and what it was before it was trained on. */
export interface CompressionRecord {
  /** The run as it was named on the command line. */
  readonly run: string;
  readonly model: string;
  readonly compressed: string;
  readonly places: readonly CompressedPlace[];
  /** On the test set. */
  readonly beforeTraining: SetScore;
}

/**
 * Compresses a model of a run, says what error that made in every map, trains the compressed model on, and leaves a new
 * run folder with both models, as `train` does.
 *
 * @returns the exit status
 * @throws InputError on bad input; nothing is left behind unless the training has begun
 */
export async function compress(options: CompressOptions, context: Context): Promise<number> {
  context.takeInterruptions();
  const source = resolve(context.folder, options.run);
  const trained = await loadRun(source);
  const beginning = await readBeginning(source);
  const name = await chooseModel(source, trained, options.model);
  const original = await finishedMetrics(source, name, options.run);
  const { model: compressed, source: of } = await compressedModel(
    modelConfig(trained, name),
    options,
    context.folder,
  );
  const { epochs = trained.training.epochs } = options;
  const models = [modelConfig(trained, name), compressed];
  const changes = { training: { ...trained.training, epochs }, models };
  // What is written is checked as it will be when it is read.
  const config = parseConfig({ ...trained, ...changes }, of);
  checkRanks(builtModel(config, compressed.name, of), of);
  const recogniser = await context.services.loadRecogniser(modelFolder(source, name));
  const result = await compressRecogniser(recogniser, config, compressed.name);
  context.stdout.write(`${placesTable(result.places)}\n`);
  const grown = grownInWords(result.places);
  if (grown !== undefined) context.stdout.write(`${grown}\n\n`);

  const scored = await scoreOnTest(result.recogniser, config, options.run, beginning, context);
  if (scored === undefined) {
    context.stdout.write('Stopped; nothing was trained yet.\n');
    return exit.interrupted;
  }
  const { corpus, score } = scored;
  context.stdout.write(`Before it is trained on:\n${scoreTable(original, compressed.name, score)}\n`);

  const run = await openRun(config, options.out, context.folder);
  try {
    await keepOriginal(source, run, original);
    await makeFolder(modelFolder(run, compressed.name), true);
    await saveStart(result.recogniser, corpus, modelFolder(run, compressed.name));
    const { places } = result;
    const record: CompressionRecord = {
      run: options.run,
      model: name,
      compressed: compressed.name,
      places,
      beforeTraining: score,
    };
    await writeJson(compressionFile(run), record);
    await writeConfig(run, config);
    await writeBeginning(run, { ...beginning, commandLine: context.commandLine });
  } catch (error) {
    await rm(run, { recursive: true, force: true });
    throw error;
  }
  return train({ resume: run }, context).catch((error) => {
    throw withResumption(error, run, context.folder);
  });
}

async function finishedMetrics(run: string, model: string, shown: string): Promise<ModelMetrics> {
  const metrics = await readModelMetrics(run, model);
  if (metrics !== undefined) return metrics;
  throw new InputError(
    `model ${model} of run ${shown} is not trained to its end; go on with: compact-rnn train --resume ${shown}`,
  );
}

/**
 * The compressed model's part of the configuration, the original's layers with other maps, or those of a file; and where it
 * stands, for errors.
 */
async function compressedModel(
  original: ModelConfig,
  { map, layers: file }: CompressOptions,
  folder: string,
): Promise<{ readonly model: ModelConfig; readonly source: string }> {
  const name = nameAfter(original.name);
  if (file !== undefined) {
    const path = resolve(folder, file);
    const value = await readValue(path);
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    const found = parseModel(isMapping ? { name, ...value } : value, path);
    if (found.name !== original.name) return { model: found, source: path };
    throw new InputError(`${path} names the model ${found.name}; expected another name than the original's`);
  }
  const structure = structureOf(map!);
  const layers = original.layers.map((layer) =>
    // A shared projection is declared by the recurrent map; what reads it stays as it is, on the projection.
    typeof structure === 'object' && 'sharedLowRank' in structure
      ? { ...layer, recurrent: structure }
      : { ...layer, input: structure, recurrent: structure },
  );
  const source = `--map ${map}`;
  return { model: parseModel({ ...original, name, layers }, source), source };
}

/** The original's name with `-compressed` after it, or `-compressed-2` where that is the original's own: of 40 letters at most. */
function nameAfter(original: string): string {
  const names = ['-compressed', '-compressed-2'].map(
    (suffix) => `${original.slice(0, 40 - suffix.length)}${suffix}`,
  );
  return names.find((name) => name !== original)!;
}

/** `circulant` as it is, `lowRank=16` as { lowRank: 16 }, `kronecker=4,2` as { kronecker: [4, 2] }; to be checked yet. */
function structureOf(text: string): string | Readonly<Record<string, unknown>> {
  const equals = text.indexOf('=');
  if (equals < 0) return text;
  const sizes = text
    .slice(equals + 1)
    .split(',')
    .map((size) => (/^\d+$/.test(size) ? Number(size) : size));
  return { [text.slice(0, equals)]: sizes.length === 1 ? sizes[0] : sizes };
}

/**
 * The test score of a model on the corpus of its original, or undefined when the user interrupts while that is prepared.
 * Throws InputError when the corpus is no longer what the original's run began on.
 */
async function scoreOnTest(
  recogniser: Recogniser,
  config: SpeechConfig,
  run: string,
  beginning: RunBeginning,
  context: Context,
): Promise<{ readonly corpus: Corpus; readonly score: SetScore } | undefined> {
  const progress = createProgress(context.stdout);
  try {
    const corpus = await unlessAborted(prepareCorpus(config, context, progress), context.signal);
    if (corpus === undefined) return undefined;
    requireSets(corpus, ['train', 'test']);
    expectSameCorpus(run, beginning, config.corpus, corpusChecksum(corpus));
    const onProgress = (done: number, total: number) =>
      progress.training(recogniser.name, { kind: 'evaluating', done, total, set: 'test' });
    return { corpus, score: await context.services.evaluate(recogniser, corpus.sets.test, { onProgress }) };
  } finally {
    progress.stop();
  }
}

function openRun(config: SpeechConfig, out: string | undefined, folder: string): Promise<string> {
  return out === undefined
    ? createNumbered(resolve(folder, 'runs'), config.name)
    : createNamed(resolve(folder, out));
}

/** The original's checkpoint and metrics, so that it stands in the new run's report without being trained again. */
async function keepOriginal(source: string, run: string, original: ModelMetrics): Promise<void> {
  const [from, to] = [modelFolder(source, original.name), modelFolder(run, original.name)];
  await makeFolder(to, true);
  await copyFile(join(from, CHECKPOINT), join(to, CHECKPOINT)).catch((error) => {
    throw new InputError(`${join(from, CHECKPOINT)} could not be copied: ${fileErrorText(error)}`);
  });
  await writeJson(metricsFile(to), original);
}

function placesTable(places: readonly CompressedPlace[]): string {
  const lines = places.map(({ place, from, to, error, parametersBefore, parametersAfter }) => [
    place,
    from,
    to,
    percent(error),
    count(parametersBefore),
    count(parametersAfter),
  ]);
  const head = ['', 'from', 'to', 'relative error', 'parameters before', 'after'];
  return textTable([head, ...lines], [0, 1, 2]);
}

function scoreTable(original: ModelMetrics, compressed: string, score: SetScore): string {
  return textTable([
    ['', original.name, compressed],
    [
      'Held-out WER (95 % interval)',
      percentWithin(original.heldOutWer, original.heldOutWerInterval),
      percentWithin(score.wer, score.werInterval),
    ],
    ['Held-out WER, greedy', percent(original.heldOutGreedyWer), percent(score.greedyWer)],
  ]);
}
