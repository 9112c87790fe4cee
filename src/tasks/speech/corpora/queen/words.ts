import { isSpelt, normaliseTranscript } from '../../alphabet.ts';

/**
 * The words that are said where this text is shown; empty where there are none, undefined where they are not certain:
 * numbers, the signs of the game's own font, choices such as Y/N, and sounds that are drawn out ("Hmmm"), for which
 * there is no one spelling.
 */
export function wordsSaid(text: string): string | undefined {
  // A sound, as in "(sigh)".
  if (/^\([^)]*\)$/.test(text)) return '';
  const words = text
    .replace(/\bMr\b/g, 'mister')
    .replace(/\bDr\b/g, 'doctor')
    .replace(/\bID\b/g, 'i d')
    .replaceAll('-', ' ');
  const transcript = normaliseTranscript(words);
  return isSpelt(transcript) && !/([a-z])\1\1/.test(transcript) ? transcript : undefined;
}
