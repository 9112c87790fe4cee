import { InputError } from '../../../errors.ts';

/**
 * @param what what is made or read with the package, as an error begins: `The corpus of spoken queries is made`
 * @throws InputError that says which optional package is missing, or the error itself where it is another.
 */
export function explainMissing(error: unknown, name: string, what: string): never {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    throw new InputError(
      `${what} with the npm package ${name}, which is not installed: npm install --save-dev ${name}`,
    );
  }
  throw error;
}
