import { InputError } from '../../errors.ts';

/** The class that a CTC network emits between letters. */
export const blank = 0;

/** The letters in class order: class 1 is the space, 2 the apostrophe, 3 to 28 are a to z. */
const letters = " 'abcdefghijklmnopqrstuvwxyz";

/** Number of output classes: the blank and every letter. */
export const alphabetSize = letters.length + 1;

/** The class of the space, which separates words. */
export const space = 1;

const classOfLetter = new Map([...letters].map((letter, index) => [letter, index + 1]));

/**
 * The classes of a text's letters, `[letters]`.
 *
 * @param where what an error message names: a file and line, or an utterance
 * @throws InputError on a letter outside the alphabet, with its position counted from 1
 */
export function encode(text: string, where: string): Int32Array {
  return Int32Array.from([...text], (letter, index) => {
    const found = classOfLetter.get(letter);
    if (found === undefined) {
      const code = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      throw new InputError(
        `${where}: letter ${JSON.stringify(letter)} (U+${code}) at position ${index + 1} of ` +
          `${JSON.stringify(text)} is outside the alphabet; expected a to z, apostrophe or space`,
      );
    }
    return found;
  });
}

/** Whether a text has letters of the alphabet alone, so that `encode` takes it. */
export function isSpelt(text: string): boolean {
  return [...text].every((letter) => classOfLetter.has(letter));
}

/**
 * The text that a sequence of letter classes spells: the inverse of `encode`.
 *
 * @throws InputError on a class that is no letter, the blank among them
 */
export function decode(classes: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < classes.length; i++) {
    const letter = letters[classes[i]! - 1];
    if (letter === undefined) {
      throw new InputError(
        `classes[${i}] is ${classes[i]}; expected a letter's class, 1 to ${alphabetSize - 1}`,
      );
    }
    text += letter;
  }
  return text;
}

/**
 * A transcript as people write it, in the form that is trained on and scored: lower case, words between single
 * spaces. Marks that are not spoken, `. , ? ! ; : …`, double quotes of every shape and dashes (– and —), part
 * words as a space does: "wait—what?" is two words and "a.m." two letters. The typographic apostrophe becomes the
 * plain one. Whatever else is there (digits, hyphens, accents) stays, so that `encode` reports it: how it was
 * spoken is not written there.
 */
export function normaliseTranscript(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[.,?!;:…"“”„«»–—]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The words of a text: its parts between white space, none of them empty. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
