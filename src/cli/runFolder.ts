import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { fileErrorText } from '../io/fileError.ts';
import { parseJson, readText, writeJson } from '../io/textFile.ts';
import { parseConfig, relativeCorpus, resolveCorpus, type SpeechConfig } from '../tasks/speech/config.ts';
import type { ModelMetrics } from '../tasks/speech/results.ts';
import { BEGINNING } from './runBeginning.ts';
import { savedMetrics } from './savedMetrics.ts';

/*
 * A run is a folder: config.json, run.json, a folder for every model with checkpoint.safetensors and, once it is trained,
 * metrics.json; and, once all are trained, metrics.json and report.html. Where a model was compressed rather than begun
 * from chance, compression.json says from what and how well.
 */

const longestMetrics = 500_000_000;

export const configFile = (run: string) => join(run, 'config.json');
export const metricsFile = (folder: string) => join(folder, 'metrics.json');
export const compressionFile = (run: string) => join(run, 'compression.json');
export const reportFile = (run: string) => join(run, 'report.html');
export const modelFolder = (run: string, model: string) => join(run, model);
export const hasCheckpoint = (folder: string) => existsSync(join(folder, 'checkpoint.safetensors'));

/** Makes the folder `<parent>/<name>-<n>` with the number after the greatest that is there, and returns its path. */
export async function createNumbered(parent: string, name: string): Promise<string> {
  await makeFolder(parent, true);
  const pattern = new RegExp(`^${name}-(\\d+)$`);
  const numbers = (await readdir(parent)).map((entry) => Number(pattern.exec(entry)?.[1] ?? 0));
  for (let n = Math.max(0, ...numbers) + 1; ; n++) {
    const folder = join(parent, `${name}-${n}`);
    // Another run may take the number between the look and the making.
    if (await makeFolder(folder, false)) return folder;
  }
}

/**
 * Makes the folder that the user named.
 *
 * @throws InputError when there is something in it
 */
export async function createNamed(folder: string): Promise<string> {
  await makeFolder(folder, true);
  const entries = await readdir(folder);
  if (entries.length > 0) {
    throw new InputError(`${folder} is not empty; name a new folder, or continue a run with --resume`);
  }
  return folder;
}

/** Takes back a run folder in which nothing was trained; one that holds a checkpoint or metrics stays. */
export async function removeBare(run: string, models: readonly string[]): Promise<boolean> {
  for (const model of models) await rmdir(modelFolder(run, model)).catch(() => {});
  const entries = await readdir(run).catch(() => []);
  if (entries.some((entry) => entry !== 'config.json' && entry !== BEGINNING)) return false;
  await rm(run, { recursive: true, force: true });
  return true;
}

/** The configuration as a run keeps it: a manifest's path is relative to the run's folder, so that they can move together. */
export const keptConfig = (run: string, config: SpeechConfig): SpeechConfig => ({
  ...config,
  corpus: relativeCorpus(config.corpus, resolve(run)),
});

/** Rejects with InputError when the file cannot be written. */
export const writeConfig = (run: string, config: SpeechConfig): Promise<void> =>
  writeJson(configFile(run), keptConfig(run, config));

/**
 * The configuration of a run.
 *
 * @throws InputError when the folder is not a run
 */
export async function loadRun(run: string): Promise<SpeechConfig> {
  if (!existsSync(configFile(run))) {
    throw new InputError(`${run} is not a run: it has no config.json`);
  }
  const text = await readText(configFile(run), 10_000_000);
  const config = parseConfig(parseJson(text, configFile(run)), configFile(run));
  return { ...config, corpus: resolveCorpus(config.corpus, resolve(run)) };
}

/** The metrics of a model whose training has ended, or undefined. Throws InputError when the file holds others. */
export async function readModelMetrics(run: string, model: string): Promise<ModelMetrics | undefined> {
  const file = metricsFile(modelFolder(run, model));
  if (!existsSync(file)) return undefined;
  const found = savedMetrics.safeParse(parseJson(await readText(file, longestMetrics), file));
  if (found.success && found.data.name === model) return found.data;
  const missing = found.error?.issues[0]?.path.join('.');
  const where = missing ? ` (see ${missing})` : '';
  throw new InputError(
    `${file} does not hold the metrics of model ${model}${where}; remove it to train the model again`,
  );
}

/** A path as it is shown: relative to the working folder where it lies in it. */
export function shownPath(path: string, folder: string): string {
  const inside = relative(folder, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

/** Whether the folder was made; false when it was there already. */
export async function makeFolder(path: string, parents: boolean): Promise<boolean> {
  try {
    await mkdir(path, { recursive: parents });
    return true;
  } catch (error) {
    if (!parents && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new InputError(`folder ${path} could not be made: ${fileErrorText(error)}`, { cause: error });
  }
}
