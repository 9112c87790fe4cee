import { InputError } from '../errors.ts';
import type { SpeechConfig } from '../tasks/speech/config.ts';
import { hasCheckpoint, modelFolder, readModelMetrics } from './runFolder.ts';

/**
 * The names of a run's models that have a checkpoint, in the configuration's order.
 *
 * @throws InputError when none has
 */
export function trainedModels(run: string, config: SpeechConfig): readonly string[] {
  const names = config.models
    .map((model) => model.name)
    .filter((name) => hasCheckpoint(modelFolder(run, name)));
  if (names.length === 0) throw new InputError(`run ${run} has no checkpoint of any model yet`);
  return names;
}

/**
 * The model that a user named, or else the one of the lowest held-out word error rate, or else the first with a
 * checkpoint.
 *
 * @throws InputError when the run has no checkpoint of that model
 */
export async function chooseModel(
  run: string,
  config: SpeechConfig,
  name: string | undefined,
): Promise<string> {
  const names = trainedModels(run, config);
  if (name !== undefined) {
    if (!names.includes(name)) {
      throw new InputError(`run ${run} has no trained model "${name}"; it has ${names.join(', ')}`);
    }
    return name;
  }
  const finished = await Promise.all(names.map((model) => readModelMetrics(run, model)));
  return names.reduce((best, model, i) => {
    const rate = finished[i]?.heldOutWer ?? Number.POSITIVE_INFINITY;
    return rate < (finished[names.indexOf(best)]?.heldOutWer ?? Number.POSITIVE_INFINITY) ? model : best;
  });
}
