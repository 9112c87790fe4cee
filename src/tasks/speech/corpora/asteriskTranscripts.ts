import { isSpelt, normaliseTranscript } from '../alphabet.ts';

/** A recording of the exchange and what it says. */
export interface Prompt {
  /** Path below the recordings' folder, without `.wav`. */
  readonly id: string;
  /** Lower-case words of a to z and apostrophe. */
  readonly transcript: string;
}

/** How many entries were left out, and why. */
export interface Dropped {
  /** A sound or silence: `[…]`, `(…)` or `<…>` and no more. */
  readonly wordless: number;
  /**
   * Something whose words are not certain: numbers of several digits, abbreviations in capitals, signs,
   * remarks in parentheses.
   */
  readonly uncertain: number;
}

/**
 * Reads the exchange's list of prompts, `path: text` on every line; lines beginning with a semicolon are
 * comments.
 */
export function asteriskTranscripts(text: string): {
  readonly prompts: readonly Prompt[];
  readonly dropped: Dropped;
} {
  const prompts: Prompt[] = [];
  const dropped = { wordless: 0, uncertain: 0 };
  for (const line of text.split(/\r?\n/)) {
    const entry = /^([^;:\s][^:]*):(.*)$/.exec(line);
    if (entry === null) continue;
    const transcript = wordsOf(entry[2]!);
    if (transcript === '') dropped.wordless++;
    else if (transcript === undefined) dropped.uncertain++;
    else prompts.push({ id: entry[1]!, transcript });
  }
  return { prompts, dropped };
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The spoken words; empty where there are none, undefined where they are not certain. */
function wordsOf(text: string): string | undefined {
  const described = /^\s*(\[.*\]|\(.*\)|<.*>)\s*$/;
  if (described.test(text)) return '';
  const words = text
    // After a word, the sign that it names: "plus [+]".
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b\d\b/g, (digit) => DIGITS[Number(digit)]!)
    .replaceAll('-', ' ');
  if (/[A-Z]{2}/.test(words)) return undefined;
  const transcript = normaliseTranscript(words);
  return isSpelt(transcript) ? transcript : undefined;
}
