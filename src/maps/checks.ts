import { InputError } from '../errors.ts';

/** Throws InputError naming `map` and the argument unless every size is an integer of at least 1. */
export function checkSizes(map: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new InputError(`${map}: ${name} is ${size}, expected an integer of at least 1.`);
    }
  }
}
