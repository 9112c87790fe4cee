import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../errors.ts';
import { keptDebianFiles } from '../debianPackage.ts';
import { type SetName, setOf } from '../speech/corpora/split.ts';
import { readBibleData, type Verse } from './bibleData.ts';

/** A chapter. */
export interface Piece {
  /** `Ge1` */
  readonly id: string;
  /** Its characters as places in the alphabet, one verse a line, each with its end of line. */
  readonly codes: Uint8Array;
}

/** A text in pieces that are trained on, or held out. */
export interface CharacterText {
  /** Every character that the text has, in the order of their code points; the end of a line among them. */
  readonly alphabet: string;
  readonly sets: Readonly<Record<SetName, readonly Piece[]>>;
}

export interface LoadOptions {
  /** Where what is fetched is kept. */
  readonly cacheFolder: string;
  readonly onProgress?: (done: number, total: number, label: string) => void;
}

/** What ends a verse, and what stands before the first character of a text. */
export const END_OF_LINE = '\n';

/**
 * The King James Version, 31,102 verses in 1,189 chapters without their numbers, as Debian packs it, fetched with
 * `apt-get download` once. In the public domain. Whole chapters are held out, by the hash of their text.
 *
 * @throws InputError where it cannot be fetched, or the file is not what it should be
 */
export async function loadCharacters({
  cacheFolder,
  onProgress = () => {},
}: LoadOptions): Promise<CharacterText> {
  onProgress(0, 1, 'fetching characters');
  const folder = await keptDebianFiles(PACKAGE, [`usr/lib/${FILE}`], {
    cacheFolder,
    what: 'The task characters',
  });
  const path = join(folder, FILE);
  const file = await readFile(path).catch((error: Error) => {
    throw new InputError(`${path} cannot be read: ${error.message}`);
  });
  const text = piecesOf(readBibleData(file, path));
  onProgress(1, 1, 'reading characters');
  return text;
}

const PACKAGE = 'bible-kjv-text';
const FILE = 'bible.data';

/** Verses by chapter, in their order, as codes of the alphabet that they have. Throws InputError for more than 256 characters. */
export function piecesOf(verses: readonly Verse[]): CharacterText {
  const chapters = new Map<string, string>();
  for (const { chapter, text } of verses) {
    chapters.set(chapter, `${chapters.get(chapter) ?? ''}${text}${END_OF_LINE}`);
  }
  const alphabet = [...new Set([...chapters.values()].join(''))].sort().join('');
  if (alphabet.length > 256) {
    throw new InputError(`The text has ${alphabet.length} different characters, expected at most 256.`);
  }
  const codeOf = new Map(Array.from(alphabet, (character, code) => [character, code]));
  const sets: Record<SetName, Piece[]> = { train: [], development: [], test: [] };
  for (const [id, text] of chapters) {
    sets[setOf(text)].push({ id, codes: Uint8Array.from(text, (character) => codeOf.get(character)!) });
  }
  return { alphabet, sets };
}
