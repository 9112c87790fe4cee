import { InputError } from '../errors.ts';
import type { RecurrentModel } from '../nn/recurrentModel.ts';
import type { ModelConfig, SpeechConfig } from '../tasks/speech/config.ts';
import { DEFAULT_BANDS } from '../tasks/speech/features/logMel.ts';
import { modelConfig, modelOf } from '../tasks/speech/recogniser.ts';

/**
 * The networks of a configuration, in its order.
 *
 * @param source where it stands, for errors
 * @throws InputError that begins with the source and the layer whose structure does not fit its sizes
 */
export const builtModels = (config: SpeechConfig, source: string): readonly RecurrentModel[] =>
  config.models.map(({ name }, i) => builtModel(config, name, `${source}: models[${i}].`));

/** One of them. Throws as `builtModels` does; the source is followed by the layer. */
export function builtModel(config: SpeechConfig, name: string, source: string): RecurrentModel {
  const model = modelConfig(config, name);
  const { layers } = model;
  try {
    return built(config, model);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const at = layers.findIndex((_, i) => !canBeBuilt(config, { ...model, layers: layers.slice(0, i + 1) }));
    throw new InputError(`${source}layers[${at}]: ${error.message}`, { cause: error });
  }
}

const built = (config: SpeechConfig, model: ModelConfig): RecurrentModel =>
  modelOf({ config: { ...config, models: [model] }, model: model.name, bands: DEFAULT_BANDS });

function canBeBuilt(config: SpeechConfig, model: ModelConfig): boolean {
  try {
    built(config, model);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
