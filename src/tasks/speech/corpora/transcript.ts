import { InputError } from '../../../errors.ts';
import { encode } from '../alphabet.ts';

/**
 * A transcript as corpora have it: lower case, the marks . , ? ! ; : " – removed, white space collapsed to
 * single spaces. Nothing else is changed: digits, hyphens and accented letters are refused, because how they
 * were spoken is not written there.
 *
 * @param where what errors name: the file and line.
 * @throws InputError where a letter is not a to z, apostrophe or space, or nothing is left.
 */
export function normaliseTranscript(text: string, where: string): string {
  const normalised = text
    .toLowerCase()
    .replace(/[.,?!;:"–]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (normalised === '')
    throw new InputError(`${where}: the transcript ${JSON.stringify(text)} has no words.`);
  encode(normalised, where);
  return normalised;
}
