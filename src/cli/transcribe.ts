import { resolve } from 'node:path';
import { type Context, exit } from './context.ts';
import { loadRun, modelFolder } from './runFolder.ts';
import { chooseModel } from './trainedModels.ts';

export interface TranscribeOptions {
  readonly run: string;
  readonly files: readonly string[];
  /** A model of the run; the one of the lowest held-out word error rate without it. */
  readonly model?: string;
  readonly json?: boolean;
}

/**
 * Prints what is said in recordings: a line `file<TAB>words` each.
 *
 * @returns the exit status
 * @throws InputError on a run without such a model, or a file that is no recording; nothing is printed then
 */
export async function transcribe(options: TranscribeOptions, context: Context): Promise<number> {
  const run = resolve(context.folder, options.run);
  const config = await loadRun(run);
  const model = await chooseModel(run, config, options.model);
  const recogniser = await context.services.loadRecogniser(modelFolder(run, model));
  const results: { file: string; model: string; words: string; greedy: string }[] = [];
  for (const file of options.files) {
    const audio = await context.services.readAudio(resolve(context.folder, file));
    const { words, greedy } = await recogniser.transcribe(audio);
    results.push({ file, model, words, greedy });
  }
  const text = options.json
    ? `${JSON.stringify(results, null, 2)}\n`
    : results.map(({ file, words }) => `${file}\t${words}\n`).join('');
  context.stdout.write(text);
  return exit.ok;
}
