import { join } from 'node:path';
import { type CompressedPlace, compressModel } from '../../nn/compress.ts';
import { newOptimizer } from '../training/optimizer.ts';
import { CHECKPOINT } from '../training/savedTensors.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus } from './corpus.ts';
import { corpusChecksum } from './corpusChecksum.ts';
import { modelOf, Recogniser } from './recogniser.ts';
import { withRoom } from './room.ts';
import { noProgress, saveTraining } from './trainingState.ts';

/**
 * The recogniser of the model `name` of `config` with the parameters that bring it near to a trained one of equal sizes,
 * and what that did to every map. Throws InputError when sizes, cells or directions differ, or memory has no room for it.
 */
export async function compressRecogniser(
  trained: Recogniser,
  config: SpeechConfig,
  name: string,
): Promise<{ readonly recogniser: Recogniser; readonly places: readonly CompressedPlace[] }> {
  const state = { ...trained.state, config, model: name };
  const model = modelOf(state);
  const { parameters, places } = await withRoom(name, model, () =>
    compressModel(trained.model, trained.parameters, model.spec),
  );
  const [{ backend }] = Object.values(parameters);
  return { recogniser: new Recogniser(state, parameters, backend), places };
}

/**
 * Saves a recogniser as a training on the corpus that has made no update, so that training with `resume` begins from its
 * parameters.
 * `folder` exists. Throws InputError when the checkpoint cannot be written.
 */
export function saveStart(recogniser: Recogniser, corpus: Corpus, folder: string): Promise<void> {
  const optimizer = newOptimizer(recogniser.parameters, recogniser.state.config.training);
  const path = join(folder, CHECKPOINT);
  return saveTraining(path, recogniser, optimizer, noProgress(), corpusChecksum(corpus));
}
