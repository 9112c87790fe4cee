import { summarise } from '../../nn/summary.ts';
import type { SpeechConfig } from './config.ts';
import { modelOf } from './recogniser.ts';

/** The maps of one model of a configuration, from the bottom up. Throws InputError when there is no such model. */
export function summariseModel(config: SpeechConfig, model: string) {
  const { rows } = summarise(modelOf({ config, model, bands: config.features.bands }));
  return rows.map(({ place, kind, shape, parameters, macs }) => ({ name: place, map: kind, shape, parameters, macs }));
}
