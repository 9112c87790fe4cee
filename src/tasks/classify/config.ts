import type { LayerSpec } from '../../nn/spec.ts';
import { layerList } from '../config/layerSchema.ts';
import { choice, name, whole } from '../config/schema.ts';
import type { TrainingConfig } from '../config/trainingSchema.ts';
import { BACKEND_CHOICES, type BackendChoice } from '../training/backendChoice.ts';

/** A network with a softmax over classes, and all that decides its training but the data. */
export interface ClassifierConfig {
  readonly name: string;
  readonly seed: number;
  readonly backend: BackendChoice;
  readonly layers: readonly LayerSpec[];
  readonly training: TrainingConfig;
}

/** The keys of a classifier's configuration besides `training`. */
export const classifierFields = (defaultName: string) => ({
  name: name().default(defaultName),
  seed: whole(0, 0xffff_ffff).default(1),
  backend: choice(...BACKEND_CHOICES).default('wasm'),
  /** Recurrent layers from the bottom up. */
  layers: layerList(),
});
