import { InputError } from '../../../errors.ts';

/**
 * Joins every `stack` consecutive frames into one row: `[frames, bands]` → `[⌈frames / stack⌉, stack ·
 * bands]`, the sequence shorter by that factor (Sak et al., arXiv 1507.06947). The last row is filled up by
 * repeating the last frame.
 *
 * @throws InputError where `stack` is not a positive integer or `features` does not have frames · bands elements.
 */
export function stackFrames(
  features: Float32Array,
  frames: number,
  bands: number,
  stack: number,
): { frames: number; width: number; features: Float32Array } {
  if (!Number.isInteger(stack) || stack < 1) {
    throw new InputError(`stackFrames: stack is ${stack}, expected a positive whole number.`);
  }
  if (features.length !== frames * bands) {
    throw new InputError(
      `stackFrames: features has ${features.length} elements, expected frames × bands = ${frames} × ${bands}.`,
    );
  }
  const rows = Math.ceil(frames / stack);
  const width = stack * bands;
  const stacked = new Float32Array(rows * width);
  stacked.set(features);
  const last = features.subarray(features.length - bands);
  for (let at = features.length; at < stacked.length; at += bands) stacked.set(last, at);
  return { frames: rows, width, features: stacked };
}
