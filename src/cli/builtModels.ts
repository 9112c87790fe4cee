import { InputError } from '../errors.ts';
import type { RecurrentModel } from '../nn/recurrentModel.ts';
import type { SpeechConfig } from '../tasks/speech/config.ts';
import { DEFAULT_BANDS } from '../tasks/speech/features/logMel.ts';
import { modelConfig, modelOf } from '../tasks/speech/recogniser.ts';

/**
 * The networks of a configuration, in its order.
 *
 * @param source where it stands, for errors
 * @throws InputError that begins with the source and the model, and names the place whose structure does not fit its sizes
 */
export const builtModels = (config: SpeechConfig, source: string): readonly RecurrentModel[] =>
  config.models.map(({ name }, i) => builtModel(config, name, `${source}: models[${i}]`));

/** One of them. Throws as `builtModels` does; the source stands for the model, too. */
export function builtModel(config: SpeechConfig, name: string, source: string): RecurrentModel {
  const models = [modelConfig(config, name)];
  try {
    return modelOf({ config: { ...config, models }, model: name, bands: DEFAULT_BANDS });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${source}: ${error.message}`, { cause: error });
  }
}
