/** A mistake in what the caller gave: the message names the argument, what was found and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
