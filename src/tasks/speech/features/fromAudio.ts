import { normaliseLevel, repadSilence } from '../audio/level.ts';
import { resample } from '../audio/resample.ts';
import type { Audio } from '../audio/wav.ts';
import { type Features, type LogMelOptions, logMel } from './logMel.ts';

/** Sampling rate at which all features are computed. */
export const FEATURE_RATE = 16000;

/**
 * The features of any recording, as every corpus has them and a recogniser must be given them: resampled to 16 kHz, silence
 * trimmed and re-padded, level normalised, then `logMel`. → `[frames, bands]`.
 */
export function featuresFromAudio(audio: Audio, options: LogMelOptions = {}): Features {
  const samples = resample(audio.samples, audio.sampleRate, FEATURE_RATE);
  return logMel(normaliseLevel(repadSilence(samples, FEATURE_RATE)), FEATURE_RATE, options);
}
