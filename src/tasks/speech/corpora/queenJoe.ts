import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../errors.ts';
import { fileErrorText } from '../../../io/fileError.ts';
import { withDebianPackages } from '../../debianPackage.ts';
import type { Corpus, OnProgress, Utterance } from '../corpus.ts';
import { featuresFromAudio } from '../features/fromAudio.ts';
import { type CacheOptions, cachedCorpus, noticeOnStandardError } from './cache.ts';
import { readArchive } from './queen/archive.ts';
import { joesClips, recordingOf } from './queen/clips.ts';
import { type DecodeMp3, withMp3Decoder } from './queen/mp3.ts';
import { wordsSaid } from './queen/words.ts';
import { setOf } from './split.ts';

export interface QueenJoeOptions extends CacheOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Joe, the player's character in the game "Flight of the Amazon Queen" (John Passfield and Steven Stamatiadis, 1995):
 * one actor, 11 kHz, as Debian packs it. Fetched with `apt-get download` once; only features are kept, in
 * `cacheFolder`. The game may be given away with its notices; nothing of it is part of this package.
 *
 * The recordings are resampled to the 16 kHz of all features: bands above 5.5 kHz hold nothing. Utterances that cannot
 * be transcribed with certainty are left out, and a notice says how many. Split by the hash of the text.
 *
 * @throws InputError where `apt-get` or `dpkg` is missing or fails, the npm package `mpg123-decoder` is not installed,
 * or the archive is malformed.
 */
export async function loadQueenJoe(options: QueenJoeOptions): Promise<Corpus> {
  const { cacheFolder } = options;
  const what = `The corpus "${NAME}"`;
  return cachedCorpus(NAME, { version: VERSION }, options, () =>
    // The decoder first: without it the download would be for nothing.
    withMp3Decoder(`${what} is read`, (decode) =>
      withDebianPackages([PACKAGE], { cacheFolder, what }, async (folder) => {
        const archive = await readFile(join(folder, ARCHIVE)).catch((error: Error) => {
          throw new InputError(
            `${what} is not where it should be in Debian's package: ${fileErrorText(error)}`,
          );
        });
        return readClips(readArchive(archive, ARCHIVE), decode, options);
      }),
    ),
  );
}

const NAME = 'queen-joe';
/** Raised whenever the same package would give other bytes. */
const VERSION = 1;
const PACKAGE = 'flight-of-the-amazon-queen';
const ARCHIVE = 'usr/share/scummvm/flight-of-the-amazon-queen/queen.1c';

async function readClips(
  files: ReadonlyMap<string, Uint8Array>,
  decode: DecodeMp3,
  { onProgress = () => {}, onNotice = noticeOnStandardError }: QueenJoeOptions,
): Promise<Corpus> {
  const { clips, disputed } = joesClips(files);
  const said = clips.map(({ name, text }) => ({ name, transcript: wordsSaid(text) }));
  const spoken = said.flatMap(({ name, transcript }) => (transcript ? [{ name, transcript }] : []));
  const sets = { train: [] as Utterance[], development: [] as Utterance[], test: [] as Utterance[] };
  let bands = 0;
  for (const [index, { name, transcript }] of spoken.entries()) {
    const file = recordingOf(name);
    const { frames, features, ...made } = featuresFromAudio(await decode(files.get(file)!, file));
    bands = made.bands;
    sets[setOf(transcript)].push({ id: name, voice: 'joe', transcript, frames, features });
    onProgress(index + 1, spoken.length, `reading ${NAME}`);
  }
  const leftOut = (kind: '' | undefined): number =>
    said.filter(({ transcript }) => transcript === kind).length;
  onNotice(
    `${NAME}: ${spoken.length} utterances; left out: ${leftOut('')} without words, ${leftOut(undefined)} with numbers, ` +
      `signs or drawn-out sounds, ${disputed.length} with two texts.`,
  );
  return { name: NAME, bands, sets };
}
