import { InputError } from '../../../errors.ts';

/**
 * The same sound at another sampling rate: `[N]` → `[⌈N · toRate / fromRate⌉]`.
 *
 * Band-limited interpolation with a Kaiser-windowed sinc (Smith, *Digital Audio Resampling*, 2002): flat to
 * about 85 % of the lower of the two Nyquist frequencies, at least 60 dB down from there on up. Samples
 * beyond the ends count as zero.
 *
 * @param fromRate samples a second, a positive integer.
 * @param toRate samples a second, a positive integer.
 * @throws InputError where a rate is not a positive integer.
 */
export function resample(samples: Float32Array, fromRate: number, toRate: number): Float32Array {
  checkRate('fromRate', fromRate);
  checkRate('toRate', toRate);
  if (fromRate === toRate) return samples.slice();
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const phases = toRate / divisor;
  const stride = fromRate / divisor;
  const weights = phaseWeights(phases, stride);
  const { taps } = weights;
  const output = new Float32Array(Math.ceil((samples.length * phases) / stride));
  for (let n = 0; n < output.length; n++) {
    // Output n lies at n·stride/phases input samples: a whole number of samples and a phase between two of them.
    const at = n * stride;
    const whole = Math.floor(at / phases);
    const row = weights.ofPhase(at - whole * phases);
    const start = whole - taps / 2 + 1;
    const first = Math.max(0, -start);
    const last = Math.min(taps, samples.length - start);
    let sum = 0;
    for (let k = first; k < last; k++) sum += row[k]! * samples[start + k]!;
    output[n] = sum;
  }
  return output;
}

const ZERO_CROSSINGS = 32;
const STEPS_PER_CROSSING = 512;
/** Of the lower Nyquist frequency: leaves room for the transition band below it. */
const CUTOFF = 0.925;
/** Kaiser's shape for about 70 dB. */
const BETA = 7;
/** Up to this many weights are kept; the rare pairs of rates with more phases compute theirs anew. */
const KEPT_WEIGHTS = 1 << 20;

interface PhaseWeights {
  readonly taps: number;
  /** Weights `[taps]` of the input samples around an output that lies `phase / phases` after one of them. */
  ofPhase(phase: number): Float64Array;
}

function phaseWeights(phases: number, stride: number): PhaseWeights {
  const cutoff = CUTOFF * Math.min(1, phases / stride);
  const taps = 2 * Math.ceil(ZERO_CROSSINGS / cutoff);
  const compute = (phase: number, row: Float64Array): Float64Array => {
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const distance = Math.abs(k - taps / 2 + 1 - phase / phases);
      row[k] = windowedSinc(distance * cutoff);
      sum += row[k]!;
    }
    // Unit gain at 0 Hz in every phase: otherwise a constant would come out with a ripple.
    for (let k = 0; k < taps; k++) row[k] = row[k]! / sum;
    return row;
  };
  if (phases * taps > KEPT_WEIGHTS) {
    const scratch = new Float64Array(taps);
    return { taps, ofPhase: (phase) => compute(phase, scratch) };
  }
  const rows: (Float64Array | undefined)[] = new Array(phases).fill(undefined);
  return {
    taps,
    ofPhase(phase) {
      const known = rows[phase];
      if (known !== undefined) return known;
      const row = compute(phase, new Float64Array(taps));
      rows[phase] = row;
      return row;
    },
  };
}

let kernel: Float64Array | undefined;

/**
 * The windowed sinc at x ≥ 0 zero crossings from its centre, by linear interpolation in a table (error below
 * −100 dB).
 */
function windowedSinc(x: number): number {
  if (x >= ZERO_CROSSINGS) return 0;
  kernel ??= kernelTable();
  const at = x * STEPS_PER_CROSSING;
  const index = Math.floor(at);
  const low = kernel[index]!;
  return low + (at - index) * (kernel[index + 1]! - low);
}

function kernelTable(): Float64Array {
  const size = ZERO_CROSSINGS * STEPS_PER_CROSSING;
  return Float64Array.from({ length: size + 1 }, (_, i) => {
    const x = i / STEPS_PER_CROSSING;
    const sinc = i === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return (sinc * besselI0(BETA * Math.sqrt(1 - (i / size) ** 2))) / besselI0(BETA);
  });
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-16 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function checkRate(name: string, rate: number): void {
  if (!Number.isSafeInteger(rate) || rate <= 0) {
    throw new InputError(
      `resample: ${name} is ${rate}, expected a positive whole number of samples a second.`,
    );
  }
}
