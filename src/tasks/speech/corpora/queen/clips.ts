import { InputError } from '../../../../errors.ts';
import { joesCutscene } from './cutscene.ts';
import { joesDescriptions } from './descriptions.ts';
import { joesDialogue } from './dialogue.ts';
import { type Clip, clipsOf, type Line } from './line.ts';

/**
 * Joe's clips in the files of the game's archive that have a text, in the order of their names; `disputed` are those
 * that two lines with different texts would have.
 *
 * @throws InputError, naming the file, where the list of texts is missing, or a dialogue, a cutscene or the list is
 * malformed.
 */
export function joesClips(files: ReadonlyMap<string, Uint8Array>): {
  readonly clips: readonly Clip[];
  readonly disputed: readonly string[];
} {
  const texts = new Map<string, string>();
  const disputed = new Set<string>();
  for (const { name, text } of joesLines(files).flatMap(clipsOf)) {
    if (!files.has(recordingOf(name))) continue;
    if ((texts.get(name) ?? text) !== text) disputed.add(name);
    texts.set(name, text);
  }
  const clips = [...texts].map(([name, text]) => ({ name, text })).filter(({ name }) => !disputed.has(name));
  clips.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { clips, disputed: [...disputed] };
}

/** The file with a clip's recording. */
export function recordingOf(clip: string): string {
  return `${clip}.SB`;
}

const TEXTS = 'QUEEN2.JAS';

function joesLines(files: ReadonlyMap<string, Uint8Array>): Line[] {
  const texts = files.get(TEXTS);
  if (texts === undefined) throw new InputError(`The archive of the game has no file ${TEXTS}.`);
  return [...files].flatMap(([name, bytes]) => {
    if (name.endsWith('.DOG')) return joesDialogue(bytes, name);
    if (name.endsWith('.CUT')) return joesCutscene(bytes, name);
    return name === TEXTS ? joesDescriptions(bytes, name) : [];
  });
}
