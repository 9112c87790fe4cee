/** A mistake in what the caller gave: the message names the argument, what was found and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Throws InputError naming the function and the argument unless `value` is a finite number of at least 0. */
export function expectNonNegative(caller: string, name: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value < Infinity)) {
    throw new InputError(`${caller}: ${name} is ${shown(value)}, expected a finite number of at least 0.`);
  }
}

/** Throws InputError naming the function unless `options` is a record of options that it knows: others are mostly misspelt. */
export function expectOptions<T extends object>(
  caller: string,
  options: T,
  known: readonly (keyof T & string)[],
): void {
  if (typeof options !== 'object' || options === null) {
    throw new InputError(
      `${caller}: options are ${shown(options)}, expected a record of ${known.join(', ')}.`,
    );
  }
  for (const key in options) {
    if (!known.includes(key)) {
      throw new InputError(`${caller}: ${key} is not an option, expected ${known.join(', ')}.`);
    }
  }
}

/** A value as messages quote it: numbers and text as they are, else what it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = value.constructor ?? Object;
  return name === 'Object' ? 'a record' : `a ${name}`;
}
