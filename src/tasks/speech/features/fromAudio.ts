import { InputError } from '../../../errors.ts';
import { normaliseLevel, padSilence, trimSilence } from '../audio/level.ts';
import { resample } from '../audio/resample.ts';
import type { Audio } from '../audio/wav.ts';
import { type Features, type LogMelOptions, logMel } from './logMel.ts';

/** Sampling rate at which all features are computed. */
export const FEATURE_RATE = 16000;

/**
 * The features of any recording, as every corpus has them and a recogniser must be given them: resampled to
 * 16 kHz, silence trimmed, level normalised, 100 ms of silence put on both sides, then `logMel`. → `[frames,
 * bands]`. The padding is always the same because every synthesiser has its own, and a recogniser must not be
 * able to tell it by that.
 *
 * @throws InputError where a sample is not finite, an option is out of range or the sampling rate not a whole number.
 */
export function featuresFromAudio({ samples, sampleRate }: Audio, options: LogMelOptions = {}): Features {
  if (!samples.every(Number.isFinite)) {
    throw new InputError('featuresFromAudio: a sample is not finite, expected numbers from −1 to 1.');
  }
  const speech = normaliseLevel(trimSilence(resample(samples, sampleRate, FEATURE_RATE), FEATURE_RATE));
  return logMel(padSilence(speech, FEATURE_RATE), FEATURE_RATE, options);
}
