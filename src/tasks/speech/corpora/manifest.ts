import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError } from '../../../errors.ts';
import { fileErrorText } from '../../../io/fileError.ts';
import { readText } from '../../../io/textFile.ts';
import { decodeWav } from '../audio/wav.ts';
import type { Corpus, OnProgress, Utterance } from '../corpus.ts';
import { featuresFromAudio } from '../features/fromAudio.ts';
import { type CacheOptions, cachedCorpus } from './cache.ts';
import { type ManifestEntry, parseManifest } from './manifestLines.ts';
import { splitSentences } from './split.ts';

export interface ManifestOptions extends CacheOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Anyone's own recordings, listed in a text file: on every line `path<TAB>transcript`, or a JSON object with `audio`,
 * `text` and, if wanted, `set` and `voice`. Audio is WAV of any rate, its path relative to the manifest's folder and
 * inside it.
 *
 * Transcripts are treated as `normaliseTranscript` says. Utterances go to train (80 %), development and test as
 * `splitSentences` says, unless every line names its set. Features are kept in `cacheFolder` for as long as neither
 * the manifest nor a recording changes.
 *
 * @throws InputError, naming the manifest and the line, where a file is missing, is not WAV or is listed twice, or a line is
 * malformed.
 */
export async function loadManifest(path: string, options: ManifestOptions): Promise<Corpus> {
  const text = await readText(path, LONGEST);
  const entries = parseManifest(text, path);
  const key = { version: VERSION, name: basename(path), text, audio: await checksum(path, entries) };
  return cachedCorpus('manifest', key, options, () => readRecordings(path, entries, options));
}

/** Bytes of a manifest. */
const LONGEST = 2 ** 26;

/** Raised whenever the same recordings would give other features. */
const VERSION = 1;

async function checksum(path: string, entries: readonly ManifestEntry[]): Promise<string> {
  const hash = createHash('sha256');
  const seen = new Map<string, string>();
  for (const entry of entries) {
    const { file, bytes } = await readRecording(path, entry);
    const earlier = seen.get(file);
    if (earlier !== undefined) {
      throw new InputError(`${entry.where}: ${entry.audio} is the recording that is listed at ${earlier}.`);
    }
    seen.set(file, entry.where);
    hash.update(`${bytes.length} `).update(bytes);
  }
  return hash.digest('hex');
}

async function readRecordings(
  path: string,
  entries: readonly ManifestEntry[],
  { onProgress = () => {} }: ManifestOptions,
): Promise<Corpus> {
  const splits = splitSentences(entries.map(({ transcript }) => transcript));
  const sets = new Map<string, Utterance[]>(['train', 'development', 'test'].map((set) => [set, []]));
  let bands = 0;
  for (const [index, entry] of entries.entries()) {
    const { audio: id, where, transcript, voice, set = splits.get(transcript)! } = entry;
    const { bytes } = await readRecording(path, entry);
    const { frames, features, ...made } = featuresFromAudio(decodeWav(bytes, `${where}: ${id}`));
    bands = made.bands;
    if (!sets.has(set)) sets.set(set, []);
    sets.get(set)!.push({ id, voice, transcript, frames, features });
    onProgress(index + 1, entries.length, `reading ${basename(path)}`);
  }
  return { name: basename(path), bands, sets: Object.fromEntries(sets) };
}

/** The bytes of a recording, and the path of the file that they are in, with links followed. */
interface Recording {
  readonly file: string;
  readonly bytes: Uint8Array;
}

async function readRecording(manifest: string, { audio, where }: ManifestEntry): Promise<Recording> {
  const folder = dirname(resolve(manifest));
  const file = resolve(folder, audio);
  // The path as written, and once more with links followed.
  if (isAbsolute(audio) || isOutside(folder, file)) refuse(where, audio);
  return readInside(await realpath(folder), file, audio, where);
}

async function readInside(folder: string, file: string, audio: string, where: string): Promise<Recording> {
  try {
    const real = await realpath(file);
    if (isOutside(folder, real)) refuse(where, audio);
    return { file: real, bytes: await readFile(real) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${where}: the audio file ${audio} cannot be read: ${fileErrorText(error)}`);
  }
}

function isOutside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function refuse(where: string, audio: string): never {
  throw new InputError(
    `${where}: the audio path ${audio} leads out of the manifest's folder, expected one relative to it and inside.`,
  );
}
