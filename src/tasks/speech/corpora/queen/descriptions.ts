import { InputError } from '../../../../errors.ts';
import type { Line } from './line.ts';

/**
 * What Joe says about things, from the game's list of texts, `QUEEN2.JAS`: Latin-1, one on every line. The first ones
 * describe things; clips of line i (from 0 on) begin with `JOE` and i + 41 in four digits. Joe's 40 answers to what
 * cannot be done, `JOE0001` to `JOE0040`, come after the names of the verbs.
 *
 * @throws InputError, naming the file, where the verbs are not there once.
 */
export function joesDescriptions(bytes: Uint8Array, name: string): Line[] {
  const texts = Buffer.from(bytes).toString('latin1').split('\r\n');
  const ends = texts.flatMap((_, i) => (LAST_VERBS.every((verb, k) => texts[i + k] === verb) ? [i] : []));
  if (ends.length !== 1) {
    throw new InputError(
      `${name}: the lines ${LAST_VERBS.map((verb) => `"${verb}"`).join(', ')} stand there ${ends.length} times, expected once.`,
    );
  }
  const first = ends[0]! + LAST_VERBS.length;
  const answers = texts.slice(first, first + ANSWERS);
  const line = (text: string, number: number): Line => ({
    clips: `JOE${String(number).padStart(4, '0')}`,
    text,
  });
  return [
    ...answers.map((text, i) => line(text, i + 1)),
    ...texts.map((text, i) => line(text, i + ANSWERS + 1)),
  ];
}

const LAST_VERBS = ['walk to', 'on', 'to'];
const ANSWERS = 40;
