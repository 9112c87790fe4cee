import { InputError } from '../../../errors.ts';
import { alphabetSize, blank, decode } from '../alphabet.ts';
import { checkLogProbs } from './logProbs.ts';

/**
 * The text of the best path: the likeliest class of each frame (the lowest of equals), repeats
 * collapsed, blanks dropped (Graves et al. 2006). Spaces are kept where the path has them.
 *
 * @param logProbs natural logarithms, row-major `[frames, classes]`
 * @throws InputError when the sizes disagree or a value is NaN
 */
export function greedyDecode(logProbs: Float32Array, frames: number, classes: number): string {
  if (classes !== alphabetSize) {
    throw new InputError(`classes is ${classes}; expected the alphabet's ${alphabetSize}`);
  }
  checkLogProbs(logProbs, frames);
  const path: number[] = [];
  let previous = blank;
  for (let t = 0; t < frames; t++) {
    const best = likeliest(logProbs, t * classes, classes);
    if (best !== blank && best !== previous) path.push(best);
    previous = best;
  }
  return decode(path);
}

function likeliest(logProbs: Float32Array, offset: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) {
    if (logProbs[offset + c]! > logProbs[offset + best]!) best = c;
  }
  return best;
}
