import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Summary, summarise } from '../nn/index.ts';
import { loadConfig } from '../tasks/speech/config.ts';
import { builtModels } from './builtModels.ts';
import { type Context, exit } from './context.ts';
import { count, textTable } from './format.ts';
import { configFile, loadRun } from './runFolder.ts';

/**
 * Prints the linear maps of every model of a configuration file or a run: structure, shape, parameters, work a frame.
 *
 * @returns the exit status
 * @throws InputError when it is neither
 */
export async function summary(configOrRun: string, context: Context): Promise<number> {
  const path = resolve(context.folder, configOrRun);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const config = isFolder ? await loadRun(path) : await loadConfig(path);
  const source = isFolder ? configFile(path) : path;
  const tables = builtModels(config, source).map(
    (model, i) => `Model ${config.models[i]!.name}\n${summaryTable(summarise(model))}`,
  );
  context.stdout.write(tables.join('\n'));
  return exit.ok;
}

function summaryTable({ rows, parameters, macs }: Summary): string {
  const lines = rows.map((row) => [
    row.place,
    row.kind,
    row.plan,
    row.shape.join(' × '),
    count(row.parameters),
    count(row.macs),
  ]);
  const head = ['', 'map', 'multiplied', 'shape', 'parameters', 'MACs a frame'];
  return textTable(
    [head, ...lines, ['all, with biases', '', '', '', count(parameters), count(macs)]],
    [0, 1, 2],
  );
}
