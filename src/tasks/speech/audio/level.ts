/**
 * Root mean square that `normaliseLevel` brings speech to: 26 dB below full scale, usual on the telephone
 * (ITU-T P.830).
 */
const SPEECH_LEVEL = 0.05;
/** Below the loudest 10 ms by this factor (45 dB) counts as silence. */
const SILENCE = 10 ** (-45 / 20);
const PADDING_SECONDS = 0.1;

/** The same sound with a root mean square of 0.05, `[N]` → `[N]`; digital silence stays so. */
export function normaliseLevel(samples: Float32Array): Float32Array {
  const level = rootMeanSquare(samples, 0, samples.length);
  return level === 0 ? samples.slice() : samples.map((x) => (x * SPEECH_LEVEL) / level);
}

/**
 * The sound without the silence before and after it, `[N]` → `[N']`: whole windows of 10 ms that are 45 dB
 * below the loudest. Nothing is left of a sound of zeros.
 */
export function trimSilence(samples: Float32Array, sampleRate: number): Float32Array {
  const window = Math.max(1, Math.round(sampleRate / 100));
  const levels: number[] = [];
  for (let start = 0; start < samples.length; start += window) {
    levels.push(rootMeanSquare(samples, start, Math.min(start + window, samples.length)));
  }
  const threshold = SILENCE * levels.reduce((a, b) => Math.max(a, b), 0);
  const first = levels.findIndex((level) => level > threshold);
  const last = levels.findLastIndex((level) => level > threshold);
  return first < 0 ? new Float32Array(0) : samples.slice(first * window, (last + 1) * window);
}

/** The sound with 100 ms of zeros before and after it, `[N]` → `[N + 0.2 · sampleRate]`. */
export function padSilence(samples: Float32Array, sampleRate: number): Float32Array {
  const padding = Math.round(PADDING_SECONDS * sampleRate);
  const padded = new Float32Array(samples.length + 2 * padding);
  padded.set(samples, padding);
  return padded;
}

function rootMeanSquare(samples: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += samples[i]! * samples[i]!;
  return end > start ? Math.sqrt(sum / (end - start)) : 0;
}
