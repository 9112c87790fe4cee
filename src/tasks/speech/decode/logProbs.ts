import { InputError } from '../../../errors.ts';
import { alphabetSize } from '../alphabet.ts';

/**
 * Checks a network's output before decoding: log-probabilities `[frames, alphabetSize]`, natural
 * logarithms, row-major.
 *
 * @throws InputError on a wrong length or on a value that is no log-probability
 */
export function checkLogProbs(logProbs: Float32Array, frames: number): void {
  if (!Number.isInteger(frames) || frames < 0) {
    throw new InputError(`frames is ${frames}; expected an integer, 0 or more`);
  }
  if (logProbs.length !== frames * alphabetSize) {
    throw new InputError(
      `logProbs has ${logProbs.length} values; expected ${frames * alphabetSize}, ` +
        `${frames} frames of ${alphabetSize} classes`,
    );
  }
  for (let i = 0; i < logProbs.length; i++) {
    // Written so that NaN fails it too; −Infinity is the logarithm of an impossible class.
    if (!(logProbs[i]! < Number.POSITIVE_INFINITY)) {
      const frame = Math.floor(i / alphabetSize);
      throw new InputError(
        `logProbs is ${logProbs[i]} in frame ${frame}, class ${i - frame * alphabetSize}; ` +
          'expected the natural logarithm of a probability',
      );
    }
  }
}

/** ln(eᵃ + eᵇ) without overflow; −Infinity stands for a probability of zero. */
export function logAdd(a: number, b: number): number {
  if (a < b) return b + Math.log1p(Math.exp(a - b));
  return b === Number.NEGATIVE_INFINITY ? a : a + Math.log1p(Math.exp(b - a));
}
