import { InputError } from '../../../errors.ts';
import { powerSpectrum } from './powerSpectrum.ts';

/** Rows of features, one a frame: row-major `[frames, bands]`. */
export interface Features {
  readonly frames: number;
  readonly bands: number;
  readonly features: Float32Array;
}

export interface LogMelOptions {
  /** Triangular filters, evenly spaced on the mel scale. 40 by default. */
  readonly bands?: number;
  /** Lower edge of the first filter, Hz. 60 by default. */
  readonly lowest?: number;
  /** Upper edge of the last filter, Hz. 7600 by default, at most half the sampling rate. */
  readonly highest?: number;
  /**
   * Added to every band's energy before the logarithm. 1e-5 by default: about 60 dB below speech at the level
   * of `normaliseLevel`, so that digital silence and a recording's faint noise look alike.
   */
  readonly floor?: number;
  /** Subtract every band's mean and divide by the overall deviation. True by default. */
  readonly normalise?: boolean;
}

/** Bands of the features of every corpus. */
export const DEFAULT_BANDS = 40;

const WINDOW_SECONDS = 0.025;
const HOP_SECONDS = 0.01;

/**
 * Logarithmic mel energies: 25 ms Hann windows every 10 ms, power spectrum, triangular mel filters, ln(energy
 * + floor). `samples` `[N]` → features `[frames, bands]` with frames = 1 + ⌊(N − window) / hop⌋, and one
 * frame (padded with zeros) for anything shorter.
 *
 * Normalised per utterance unless told otherwise. The mean of every band is subtracted: a microphone, a line
 * or a voice's overall timbre is a fixed gain a band, which the mean takes away. One deviation over all bands
 * and frames divides the rest: it makes loudness ranges comparable, where a deviation a band would blow up
 * the bands in which nothing is heard.
 *
 * @throws InputError where an option is out of range.
 */
export function logMel(samples: Float32Array, sampleRate = 16000, options: LogMelOptions = {}): Features {
  const {
    bands = DEFAULT_BANDS,
    lowest = 60,
    highest = Math.min(7600, sampleRate / 2),
    floor = 1e-5,
    normalise = true,
  } = options;
  check(sampleRate, bands, lowest, highest, floor);
  const window = Math.round(WINDOW_SECONDS * sampleRate);
  const hop = Math.round(HOP_SECONDS * sampleRate);
  const size = 2 ** Math.ceil(Math.log2(window));
  const taper = hann(window);
  const filters = melFilters(bands, lowest, highest, size, sampleRate);
  const spectrum = powerSpectrum(size);
  const frame = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  const frames = samples.length < window ? 1 : 1 + Math.floor((samples.length - window) / hop);
  const features = new Float32Array(frames * bands);
  for (let t = 0; t < frames; t++) {
    const start = t * hop;
    for (let i = 0; i < window; i++) frame[i] = taper[i]! * (samples[start + i] ?? 0);
    spectrum(frame, power);
    for (let b = 0; b < bands; b++) {
      const { first, weights } = filters[b]!;
      let energy = floor;
      for (let k = 0; k < weights.length; k++) energy += weights[k]! * power[first + k]!;
      features[t * bands + b] = Math.log(energy);
    }
  }
  if (normalise) normaliseUtterance(features, frames, bands);
  return { frames, bands, features };
}

/** Mel of a frequency in Hz: 2595 log10(1 + f/700), as in HTK (Young et al., *The HTK Book*, 5.4). */
export function hertzToMel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

/** Frequency in Hz of a mel value; the inverse of `hertzToMel`. */
export function melToHertz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

interface Filter {
  /** First bin of the power spectrum with a weight above zero. */
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Triangles of height 1 over neighbouring centres, straight in mel; a filter too narrow to touch a bin takes
 * the nearest one.
 */
function melFilters(
  bands: number,
  lowest: number,
  highest: number,
  size: number,
  sampleRate: number,
): Filter[] {
  const from = hertzToMel(lowest);
  const width = (hertzToMel(highest) - from) / (bands + 1);
  const binMels = Float64Array.from({ length: size / 2 + 1 }, (_, k) => hertzToMel((k * sampleRate) / size));
  return Array.from({ length: bands }, (_, b) => {
    const centre = from + (b + 1) * width;
    const heights = binMels.map((mel) => Math.max(0, 1 - Math.abs(mel - centre) / width));
    const first = heights.findIndex((height) => height > 0);
    if (first < 0) {
      return { first: Math.round((melToHertz(centre) * size) / sampleRate), weights: Float64Array.of(1) };
    }
    return { first, weights: heights.slice(first, heights.findLastIndex((height) => height > 0) + 1) };
  });
}

function hann(window: number): Float64Array {
  return Float64Array.from(
    { length: window },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / window),
  );
}

function normaliseUtterance(features: Float32Array, frames: number, bands: number): void {
  let squares = 0;
  for (let b = 0; b < bands; b++) {
    let sum = 0;
    for (let t = 0; t < frames; t++) sum += features[t * bands + b]!;
    const mean = sum / frames;
    for (let t = 0; t < frames; t++) {
      const centred = features[t * bands + b]! - mean;
      features[t * bands + b] = centred;
      squares += centred * centred;
    }
  }
  const deviation = Math.sqrt(squares / features.length);
  // A steady sound has no deviation but rounding: dividing by it would make noise of silence.
  if (deviation < 1e-4) features.fill(0);
  else for (let i = 0; i < features.length; i++) features[i] = features[i]! / deviation;
}

function check(sampleRate: number, bands: number, lowest: number, highest: number, floor: number): void {
  if (!(sampleRate >= 1000 && sampleRate <= 400000)) {
    throw new InputError(`logMel: sampleRate is ${sampleRate}, expected 1000 to 400000 samples a second.`);
  }
  if (!Number.isInteger(bands) || bands < 1 || bands > 512) {
    throw new InputError(`logMel: bands is ${bands}, expected a whole number from 1 to 512.`);
  }
  if (!(lowest >= 0 && lowest < highest && highest <= sampleRate / 2)) {
    throw new InputError(
      `logMel: the filters go from ${lowest} to ${highest} Hz, expected 0 ≤ lowest < highest ≤ ${sampleRate / 2}.`,
    );
  }
  if (!(floor > 0 && Number.isFinite(floor))) {
    throw new InputError(`logMel: floor is ${floor}, expected a positive number.`);
  }
}
