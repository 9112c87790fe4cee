/** Root mean square that `normaliseLevel` brings speech to: −26 dB of full scale, the telephone's active speech level (ITU-T P.56 practice). */
const SPEECH_LEVEL = 0.05;
/** Below the loudest 10 ms by this factor (−45 dB) counts as silence. */
const SILENCE = 10 ** (-45 / 20);
const PADDING_SECONDS = 0.1;

/** The same sound with a root mean square of 0.05; silence stays silence. `[N]` → `[N]`. */
export function normaliseLevel(samples: Float32Array): Float32Array {
  const level = rootMeanSquare(samples, 0, samples.length);
  return level === 0 ? samples.slice() : samples.map((x) => (x * SPEECH_LEVEL) / level);
}

/**
 * Cuts leading and trailing silence (10 ms windows 45 dB below the loudest) and puts 100 ms of zeros on both
 * sides: every synthesiser pads in its own way, and a recogniser must not be able to tell it from its padding.
 * `[N]` → `[N']`; a sound that is silent throughout becomes its two paddings.
 */
export function repadSilence(samples: Float32Array, sampleRate: number): Float32Array {
  const window = Math.max(1, Math.round(sampleRate / 100));
  const levels: number[] = [];
  for (let start = 0; start < samples.length; start += window) {
    levels.push(rootMeanSquare(samples, start, Math.min(start + window, samples.length)));
  }
  const threshold = SILENCE * levels.reduce((a, b) => Math.max(a, b), 0);
  const isSpeech = (level: number): boolean => level > threshold;
  const first = levels.findIndex(isSpeech);
  const speech =
    first < 0
      ? samples.subarray(0, 0)
      : samples.subarray(first * window, (levels.findLastIndex(isSpeech) + 1) * window);
  const padding = Math.round(PADDING_SECONDS * sampleRate);
  const padded = new Float32Array(speech.length + 2 * padding);
  padded.set(speech, padding);
  return padded;
}

function rootMeanSquare(samples: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += samples[i]! * samples[i]!;
  return end > start ? Math.sqrt(sum / (end - start)) : 0;
}
