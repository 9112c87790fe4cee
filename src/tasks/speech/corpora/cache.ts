import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../errors.ts';
import { fileErrorText } from '../../../io/fileError.ts';
import type { Corpus, Utterance } from '../corpus.ts';

export interface CacheOptions {
  /** Folder that prepared corpora are kept in, each in a folder of its own. */
  readonly cacheFolder: string;
  /**
   * Told what a user should know: a kept corpus was damaged, utterances were left out. Writes to standard
   * error by default.
   */
  readonly onNotice?: (line: string) => void;
}

/**
 * The corpus that was kept for this name and key, or else made by `make` and kept.
 *
 * A kept corpus is `features.bin` (all features, float32, little-endian, one utterance after another) and
 * `index.json` (everything else, and a SHA-256 over both). One whose checksum is wrong is never used: it is
 * made anew, with a notice. A new one is written to a temporary folder and renamed, so that a cut-off run
 * leaves nothing half-written.
 *
 * @param key everything that decides the corpus' content, as plain JSON.
 * @throws InputError where the folder cannot be read or written.
 */
export async function cachedCorpus(
  name: string,
  key: unknown,
  options: CacheOptions,
  make: () => Promise<Corpus>,
): Promise<Corpus> {
  const { cacheFolder, onNotice = noticeOnStandardError } = options;
  const hash = createHash('sha256')
    .update(JSON.stringify([FORMAT, name, key]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder, `${name}-${hash}`);
  const kept = await readCorpus(folder);
  if (typeof kept === 'object') return kept;
  if (kept === 'damaged') {
    onNotice(`The corpus kept in ${folder} is damaged (its checksum is wrong); it is made anew.`);
    await rm(folder, { recursive: true, force: true });
  }
  await checkWritable(cacheFolder);
  const corpus = await make();
  await keepCorpus(folder, corpus);
  return corpus;
}

/** Where notices go unless the caller wants them. */
export function noticeOnStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

const FORMAT = 1;
const FEATURES = 'features.bin';
const INDEX = 'index.json';

interface Index {
  readonly sha256: string;
  readonly contents: {
    readonly name: string;
    readonly bands: number;
    readonly sets: Readonly<Record<string, readonly Omit<Utterance, 'features'>[]>>;
  };
}

async function readCorpus(folder: string): Promise<Corpus | 'absent' | 'damaged'> {
  let bytes: Uint8Array;
  let text: string;
  try {
    [bytes, text] = await Promise.all([
      readFile(join(folder, FEATURES)),
      readFile(join(folder, INDEX), 'utf8'),
    ]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return existsSync(folder) ? 'damaged' : 'absent';
    throw unusable(folder, error);
  }
  let index: Index | null;
  try {
    index = JSON.parse(text);
  } catch {
    return 'damaged';
  }
  if (index === null || index.sha256 !== checksum([bytes], index.contents)) return 'damaged';
  const { name, bands, sets } = index.contents;
  let at = bytes.byteOffset;
  const withFeatures = (utterance: Omit<Utterance, 'features'>): Utterance => {
    const features = new Float32Array(bytes.buffer, at, utterance.frames * bands);
    at += features.byteLength;
    return { ...utterance, features };
  };
  return {
    name,
    bands,
    sets: Object.fromEntries(Object.entries(sets).map(([set, kept]) => [set, kept.map(withFeatures)])),
  };
}

/** Before the work, not after it. */
async function checkWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw unusable(folder, error);
  }
}

async function keepCorpus(folder: string, { name, bands, sets }: Corpus): Promise<void> {
  const chunks = Object.values(sets).flatMap((utterances) =>
    utterances.map(({ features }) => bytesOf(features)),
  );
  const contents: Index['contents'] = {
    name,
    bands,
    sets: Object.fromEntries(
      Object.entries(sets).map(([set, utterances]) => [
        set,
        utterances.map(({ id, voice, transcript, frames }) => ({ id, voice, transcript, frames })),
      ]),
    ),
  };
  const index: Index = { sha256: checksum(chunks, contents), contents };
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await writeFile(join(temporary, FEATURES), chunks);
    await writeFile(join(temporary, INDEX), JSON.stringify(index));
    await rename(temporary, folder);
  } catch (error) {
    // Another process was faster: the same key, so the same corpus.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw unusable(folder, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function unusable(folder: string, error: unknown): InputError {
  return new InputError(`The corpus cannot be kept in ${folder}: ${fileErrorText(error)}`);
}

function checksum(chunks: readonly Uint8Array[], contents: unknown): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.update(JSON.stringify(contents) ?? '').digest('hex');
}

function bytesOf(features: Float32Array): Uint8Array {
  return new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
}
