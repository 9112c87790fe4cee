import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withDebianPackages } from '../../debianPackage.ts';
import { decodeWav } from '../audio/wav.ts';
import type { Corpus, OnProgress, Utterance } from '../corpus.ts';
import { featuresFromAudio } from '../features/fromAudio.ts';
import { asteriskTranscripts } from './asteriskTranscripts.ts';
import { type CacheOptions, cachedCorpus, noticeOnStandardError } from './cache.ts';
import { setOf } from './split.ts';

export interface AsteriskOptions extends CacheOptions {
  readonly onProgress?: OnProgress;
}

/**
 * The English prompts of the Asterisk telephone exchange: one speaker (Allison Smith), 8 kHz, CC-BY-SA 3.0,
 * as Debian packs them. Fetched with `apt-get download` once; only features are kept, in `cacheFolder`.
 *
 * The recordings are resampled from 8 kHz to the 16 kHz of all features: bands above 4 kHz hold nothing.
 * Utterances that cannot be transcribed with certainty and those beyond 20 s are left out, and a notice says
 * how many. Split by the hash of the text.
 *
 * @throws InputError where `apt-get` or `dpkg` is missing or fails.
 */
export async function loadAsterisk(options: AsteriskOptions): Promise<Corpus> {
  const { cacheFolder } = options;
  return cachedCorpus(NAME, { version: VERSION }, options, () =>
    withDebianPackages(PACKAGES, { cacheFolder, what: `The corpus "${NAME}"` }, (folder) =>
      readPrompts(folder, options),
    ),
  );
}

const NAME = 'asterisk';
/** Raised whenever the same packages would give other bytes. */
const VERSION = 1;
const PACKAGES = ['asterisk-core-sounds-en', 'asterisk-core-sounds-en-wav'];
const TRANSCRIPTS = 'usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';
const RECORDINGS = 'usr/share/asterisk/sounds/en_US_f_Allison';
const LONGEST_SECONDS = 20;

async function readPrompts(folder: string, options: AsteriskOptions): Promise<Corpus> {
  const { onProgress = () => {}, onNotice = noticeOnStandardError } = options;
  const text = gunzipSync(await readFile(join(folder, TRANSCRIPTS))).toString('utf8');
  const { prompts: listed, dropped } = asteriskTranscripts(text);
  const recorded = new Set((await readdir(join(folder, RECORDINGS), { recursive: true })).map(String));
  const prompts = listed.filter(({ id }) => recorded.has(`${id}.wav`));
  const sets = { train: [] as Utterance[], development: [] as Utterance[], test: [] as Utterance[] };
  let bands = 0;
  let tooLong = 0;
  for (const [index, { id, transcript }] of prompts.entries()) {
    const file = join(RECORDINGS, `${id}.wav`);
    const audio = decodeWav(await readFile(join(folder, file)), file);
    onProgress(index + 1, prompts.length, `reading ${NAME}`);
    if (audio.samples.length > LONGEST_SECONDS * audio.sampleRate) {
      tooLong++;
      continue;
    }
    const { frames, features, ...made } = featuresFromAudio(audio);
    bands = made.bands;
    sets[setOf(transcript)].push({ id, voice: 'allison', transcript, frames, features });
  }
  onNotice(
    `${NAME}: ${prompts.length - tooLong} utterances; left out: ${dropped.wordless} without words, ` +
      `${dropped.uncertain} with numbers, abbreviations or signs, ${listed.length - prompts.length} without a recording, ` +
      `${tooLong} longer than ${LONGEST_SECONDS} s.`,
  );
  return { name: NAME, bands, sets };
}
