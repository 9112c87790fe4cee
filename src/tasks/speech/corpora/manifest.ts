import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError } from '../../../errors.ts';
import { type Audio, decodeWav } from '../audio/wav.ts';
import type { Corpus, OnProgress, Utterance } from '../corpus.ts';
import { featuresFromAudio } from '../features/fromAudio.ts';
import { type ManifestEntry, parseManifest } from './manifestLines.ts';
import { splitSentences } from './split.ts';

export interface ManifestOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Anyone's own recordings, listed in a text file: on every line `path<TAB>transcript`, or a JSON object with
 * `audio`, `text` and, if wanted, `set` and `voice`. Audio is WAV of any rate, its path relative to the
 * manifest's folder and inside it.
 *
 * Transcripts are treated as `normaliseTranscript` says. Utterances go to train (80 %), development and test
 * as `splitSentences` says, unless every line names its set.
 *
 * @throws InputError, naming the manifest and the line, where a file is missing or is not WAV, or a line is malformed.
 */
export async function loadManifest(
  path: string,
  { onProgress = () => {} }: ManifestOptions = {},
): Promise<Corpus> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`The manifest ${path} cannot be read: ${error.message}`);
  });
  const entries = parseManifest(text, path);
  const splits = splitSentences(entries.map(({ transcript }) => transcript));
  const sets: Record<string, Utterance[]> = { train: [], development: [], test: [] };
  let bands = 0;
  for (const [index, entry] of entries.entries()) {
    const features = featuresFromAudio(await readAudio(path, entry));
    bands = features.bands;
    const { audio: id, transcript, voice, set = splits.get(transcript)! } = entry;
    sets[set] ??= [];
    sets[set].push({ id, voice, transcript, frames: features.frames, features: features.features });
    onProgress(index + 1, entries.length, `reading ${basename(path)}`);
  }
  return { name: basename(path), bands, sets };
}

async function readAudio(manifest: string, { audio, where }: ManifestEntry): Promise<Audio> {
  const folder = dirname(resolve(manifest));
  const file = resolve(folder, audio);
  // The path as written, and once more with links followed.
  if (isAbsolute(audio) || isOutside(folder, file)) refuse(where, audio);
  const bytes = await readInside(await realpath(folder), file, audio, where);
  return decodeWav(bytes, `${where}: ${audio}`);
}

async function readInside(folder: string, file: string, audio: string, where: string): Promise<Uint8Array> {
  try {
    const real = await realpath(file);
    if (isOutside(folder, real)) refuse(where, audio);
    return await readFile(real);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${where}: the audio file ${audio} cannot be read: ${(error as Error).message}`);
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
