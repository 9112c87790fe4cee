/** What is said in one go, recorded in clips: one for each stretch between two stage directions. */
export interface Line {
  /** How the names of its clips begin. */
  readonly clips: string;
  /** With stage directions: `*` and two digits or letters. */
  readonly text: string;
}

/** A recording and the text that is said in it. */
export interface Clip {
  readonly name: string;
  readonly text: string;
}

/**
 * The clips of a line, numbered in hexadecimal from 1 on. A stretch without text has a number, but no clip:
 * `*FLHello.*03Who are you?*02` is said in clips 2 and 3.
 */
export function clipsOf({ clips, text }: Line): Clip[] {
  return text
    .split(/\*(?:\d\d|[A-Z]{2})/)
    .map((stretch, i) => ({
      name: `${clips}${(i + 1).toString(16).toUpperCase()}`,
      text: stretch.trim(),
    }))
    .filter((clip) => clip.text !== '');
}
