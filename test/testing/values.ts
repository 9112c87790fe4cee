import fc from 'fast-check';
import { expect } from 'vitest';
import type { FloatArray } from '../../kernels/types.ts';
import { random, type Shape, type Tensor, type TensorOptions, tensor } from '../../src/index.ts';

export const float64: TensorOptions = { dtype: 'float64' };

/** A tensor of numbers uniform in ±1 that seed and name decide; float64 unless told. */
export function filled(seed: number, name: string, shape: Shape, options: TensorOptions = float64): Tensor {
  const stream = random(seed, 'test', name);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tensor(
    Float64Array.from({ length: size }, () => 2 * stream.next() - 1),
    shape,
    options,
  );
}

/** The same numbers as float32 on the wasm backend, or any other home. */
export const copyTo = (x: Tensor, options: TensorOptions): Tensor => tensor(x.dataSync(), x.shape, options);

/** The largest difference, relative to the largest number of `expected` (or to `floor` where that is less). */
export function distance(found: FloatArray, expected: FloatArray, floor = 1e-30): number {
  expect(found.length).toBe(expected.length);
  let difference = 0;
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    // Math.max passes NaN on, so that NaN anywhere shows.
    difference = Math.max(difference, Math.abs(found[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}

/** Expects a tensor's numbers to be those given, up to rounding. */
export function expectNumbers(found: Tensor, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(distance(found.dataSync(), Float64Array.from(expected), 1)).toBeLessThanOrEqual(tolerance);
}

/** Many samples, the same ones in every run. */
export const samplesOf = <T>(arbitrary: fc.Arbitrary<T>, numRuns = 500): T[] =>
  fc.sample(arbitrary, { numRuns, seed: 7 });

/** What fast-check shrinks a failure of `holds` to. */
export function shrunk<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): T {
  const { counterexample } = fc.check(
    fc.property(arbitrary, (value) => holds(value)),
    { seed: 7, numRuns: 1000 },
  );
  expect(counterexample).not.toBeNull();
  return counterexample![0];
}
