import { InputError } from '../../../errors.ts';

export interface AugmentOptions {
  /**
   * Standard deviation of the Gaussian noise added to every feature (normalised features have deviation 1).
   * 0.3 by default.
   */
  readonly noise?: number;
  /** How many runs of bands are set to zero, the mean of normalised features. 2 by default. */
  readonly frequencyMasks?: number;
  /** Each frequency mask covers 0 to this many bands. 8 by default. */
  readonly frequencyWidth?: number;
  /** How many runs of frames are set to zero. 2 by default. */
  readonly timeMasks?: number;
  /** Each time mask covers 0 to this many frames. 8 by default. */
  readonly timeWidth?: number;
}

/**
 * A varied copy of features `[frames, bands]`: noise, then frequency and time masks (SpecAugment; Park et
 * al., arXiv 1904.08779).
 *
 * @param random uniform in [0, 1); the only source of variation.
 * @throws InputError where an option is negative or not finite, or `features` does not have frames · bands elements.
 */
export function augment(
  features: Float32Array,
  frames: number,
  bands: number,
  random: () => number,
  options: AugmentOptions = {},
): Float32Array {
  const { noise = 0.3, frequencyMasks = 2, frequencyWidth = 8, timeMasks = 2, timeWidth = 8 } = options;
  for (const [name, value] of Object.entries({
    noise,
    frequencyMasks,
    frequencyWidth,
    timeMasks,
    timeWidth,
  })) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new InputError(`augment: ${name} is ${value}, expected a finite number of at least 0.`);
    }
  }
  if (features.length !== frames * bands) {
    throw new InputError(
      `augment: features has ${features.length} elements, expected frames × bands = ${frames} × ${bands}.`,
    );
  }
  const varied = features.slice();
  if (noise > 0) addNoise(varied, noise, random);
  for (let m = 0; m < frequencyMasks; m++) {
    const { start, end } = drawMask(bands, frequencyWidth, random);
    for (let t = 0; t < frames; t++) varied.fill(0, t * bands + start, t * bands + end);
  }
  for (let m = 0; m < timeMasks; m++) {
    const { start, end } = drawMask(frames, timeWidth, random);
    varied.fill(0, start * bands, end * bands);
  }
  return varied;
}

/** Gaussian noise in pairs, by the polar form of Box and Muller (Marsaglia and Bray, 1964). */
function addNoise(features: Float32Array, deviation: number, random: () => number): void {
  for (let i = 0; i < features.length; i += 2) {
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * random() - 1;
      y = 2 * random() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = deviation * Math.sqrt((-2 * Math.log(square)) / square);
    features[i] = features[i]! + scale * x;
    if (i + 1 < features.length) features[i + 1] = features[i + 1]! + scale * y;
  }
}

function drawMask(length: number, widest: number, random: () => number): { start: number; end: number } {
  const width = Math.min(length, Math.floor(random() * (Math.floor(widest) + 1)));
  const start = Math.floor(random() * (length - width + 1));
  return { start, end: start + width };
}
