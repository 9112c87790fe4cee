/** A mistake in what the caller gave: the message names the argument, what was found and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Throws InputError naming the function and the argument unless `value` is a finite number of at least 0. */
export function expectNonNegative(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new InputError(`${caller}: ${name} is ${value}, expected a finite number of at least 0.`);
  }
}
