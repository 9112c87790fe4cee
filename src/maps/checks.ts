import { InputError } from '../errors.ts';

/** Throws InputError naming `map` and the argument unless every size is an integer of at least 1. */
export function checkSizes(map: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new InputError(`${map}: ${name} is ${size}, expected an integer of at least 1.`);
    }
  }
}

/** Throws InputError naming `map` unless `matrix` holds finite numbers, as many as the shape says. */
export function checkMatrix(
  map: string,
  matrix: Float64Array,
  [rows, cols]: readonly [number, number],
): void {
  if (matrix.length !== rows * cols) {
    throw new InputError(`${map}: the matrix holds ${matrix.length} numbers, expected ${rows} × ${cols}.`);
  }
  const bad = matrix.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(`${map}: entry ${bad} of the matrix is ${matrix[bad]}, expected finite numbers.`);
  }
}
