import { posix } from 'node:path';
import { InputError } from '../../../errors.ts';
import { parseStrictJson } from '../../../io/strictJson.ts';
import { checked, mapping, text } from '../../config/schema.ts';
import { encode, normaliseTranscript } from '../alphabet.ts';

/** One line of a manifest. */
export interface ManifestEntry {
  /** Path of the recording as written. */
  readonly audio: string;
  /** Normalised. */
  readonly transcript: string;
  readonly voice: string;
  /** On every line or on none. */
  readonly set?: string;
  /** The manifest's path and the line's number, for errors. */
  readonly where: string;
}

/**
 * Reads the text of a manifest: tab-separated, or JSON lines where the first line begins with a brace. Empty
 * lines are passed over.
 *
 * @throws InputError, naming the manifest and the line, where a line is malformed, a recording is listed twice, only some
 * lines name their set, or there are no lines.
 */
export function parseManifest(text: string, path: string): readonly ManifestEntry[] {
  let parse: typeof parseJson | undefined;
  const entries: ManifestEntry[] = [];
  for (const { line, number } of linesOf(text)) {
    parse ??= line.trimStart().startsWith('{') ? parseJson : parseTabbed;
    entries.push(parse(line, `${path}, line ${number}`));
  }
  if (entries.length === 0) {
    throw new InputError(`The manifest ${path} is empty, expected a recording on every line.`);
  }
  checkOnce(entries);
  checkSets(entries);
  return entries;
}

/** The lines of a text that are not empty, one at a time: millions of empty ones take no memory. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let number = 1; start < text.length; number++) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    if (line.trim() !== '') yield { line, number };
    start = end + 1;
  }
}

const setName = 'lower-case letters, digits and hyphens, such as train, development or test';
const lineSchema = mapping({
  audio: text('the path of a recording'),
  text: text('what is said in the recording'),
  set: text(setName)
    .regex(/^[a-z][a-z0-9-]*$/, { error: setName })
    .optional(),
  voice: text('the name of who speaks').optional(),
});

const UNNAMED = 'unnamed';

function parseJson(line: string, where: string): ManifestEntry {
  let value: unknown;
  try {
    value = parseStrictJson(line, { mostValues: 16 });
  } catch (error) {
    throw new InputError(`${where}: not a JSON object: ${(error as Error).message}`);
  }
  const { audio, text: said, set, voice = UNNAMED } = checked(lineSchema, value, where, 'the line');
  return {
    audio,
    transcript: transcriptOf(said, where),
    voice,
    where,
    ...(set !== undefined && { set }),
  };
}

function parseTabbed(line: string, where: string): ManifestEntry {
  const fields = line.split('\t');
  const [audio, text] = fields;
  if (fields.length !== 2 || audio === undefined || audio === '' || text === undefined) {
    throw new InputError(`${where}: ${fields.length - 1} tabs found, expected path, one tab and transcript.`);
  }
  return { audio, transcript: transcriptOf(text, where), voice: UNNAMED, where };
}

function transcriptOf(text: string, where: string): string {
  const transcript = normaliseTranscript(text);
  if (transcript === '')
    throw new InputError(`${where}: the transcript ${JSON.stringify(text)} has no words.`);
  encode(transcript, where);
  return transcript;
}

function checkOnce(entries: readonly ManifestEntry[]): void {
  const seen = new Map<string, string>();
  for (const { audio, where } of entries) {
    // `./a.wav` is `a.wav`.
    const path = posix.normalize(audio);
    const earlier = seen.get(path);
    if (earlier !== undefined) throw new InputError(`${where}: ${audio} is listed already at ${earlier}.`);
    seen.set(path, where);
  }
}

function checkSets(entries: readonly ManifestEntry[]): void {
  const named = entries.find(({ set }) => set !== undefined);
  const unnamed = entries.find(({ set }) => set === undefined);
  if (named !== undefined && unnamed !== undefined) {
    throw new InputError(
      `${unnamed.where}: no set is named, but one is at ${named.where}; expected a set on every line or on none.`,
    );
  }
}
