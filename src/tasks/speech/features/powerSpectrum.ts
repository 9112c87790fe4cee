import { InputError } from '../../../errors.ts';

/**
 * Fills `power` `[size/2 + 1]` with |X_k|² of the real `frame` `[size]`; both belong to the caller, and may
 * be used again.
 */
export type PowerSpectrum = (frame: Float64Array, power: Float64Array) => void;

/**
 * Makes the power spectrum of real frames of one size, X_k = Σ_n x_n e^{−2πikn/size}.
 *
 * The frame is transformed as size/2 complex numbers x_{2n} + i x_{2n+1} (radix 2, decimation in time), then
 * taken apart (Cooley, Lewis and Welch, 1970). Tables are made once here; a call allocates nothing.
 *
 * @throws InputError where `size` is not a power of two of at least 4.
 */
export function powerSpectrum(size: number): PowerSpectrum {
  if (!Number.isInteger(size) || size < 4 || 2 ** Math.round(Math.log2(size)) !== size) {
    throw new InputError(`powerSpectrum: size is ${size}, expected a power of two of at least 4.`);
  }
  const half = size / 2;
  const order = bitReversal(half);
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  return (frame, power) => {
    for (let n = 0; n < half; n++) {
      const from = 2 * order[n]!;
      re[n] = frame[from]!;
      im[n] = frame[from + 1]!;
    }
    transform(re, im, cos, sin);
    power[0] = (re[0]! + im[0]!) ** 2;
    power[half] = (re[0]! - im[0]!) ** 2;
    for (let k = 1; k < half; k++) {
      // Z_k = E_k + i O_k, the spectra of the even and the odd samples; X_k = E_k + e^{−2πik/size} O_k.
      const evenRe = (re[k]! + re[half - k]!) / 2;
      const evenIm = (im[k]! - im[half - k]!) / 2;
      const oddRe = (im[k]! + im[half - k]!) / 2;
      const oddIm = (re[half - k]! - re[k]!) / 2;
      const xRe = evenRe + cos[k]! * oddRe + sin[k]! * oddIm;
      const xIm = evenIm + cos[k]! * oddIm - sin[k]! * oddRe;
      power[k] = xRe * xRe + xIm * xIm;
    }
  };
}

/** In-place complex transform of bit-reversed input; `cos`, `sin` hold angles 2πk/(2n). */
function transform(re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array): void {
  const n = re.length;
  for (let span = 1; span < n; span *= 2) {
    const step = n / span;
    for (let start = 0; start < n; start += 2 * span) {
      for (let k = 0; k < span; k++) {
        const upper = start + k;
        const lower = upper + span;
        const c = cos[k * step]!;
        const s = sin[k * step]!;
        const tRe = re[lower]! * c + im[lower]! * s;
        const tIm = im[lower]! * c - re[lower]! * s;
        re[lower] = re[upper]! - tRe;
        im[lower] = im[upper]! - tIm;
        re[upper] = re[upper]! + tRe;
        im[upper] = im[upper]! + tIm;
      }
    }
  }
}

function bitReversal(n: number): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 1; i < n; i++) order[i] = (order[i >> 1]! >> 1) | (i & 1 ? n >> 1 : 0);
  return order;
}
