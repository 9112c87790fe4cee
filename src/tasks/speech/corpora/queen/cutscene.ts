import { BankReader } from './bank.ts';
import type { Line } from './line.ts';

/**
 * What Joe says in a cutscene, a `.CUT` file.
 *
 * The words at its beginning: a mode, the number of actions (negative where one cannot skip them), what follows the
 * cutscene, the positions of the game's state afterwards, of the texts, and of what comes after them. Then the
 * actions: 17 words, a number of people, and who they are. The first word is who acts, Joe being 0. Where the actor is
 * Joe (also −1) or an object, is told to move (word 5) and is not a copy (word 12), frames of an animation follow for
 * those who have one (word 4): 10 words each, up to the word −2. The texts are one that is not spoken, and one for
 * each action. Clips are named by the file, filled up with `_` to 5 letters, and the number of the action.
 *
 * @throws InputError, naming the file and the byte offset, where it is malformed.
 */
export function joesCutscene(bytes: Uint8Array, name: string): Line[] {
  const bank = new BankReader(bytes, name);
  bank.int();
  const count = Math.abs(bank.int());
  bank.int();
  const state = bank.uint();
  const texts = bank.uint();
  const rest = bank.uint();
  const actors = Array.from({ length: count }, () => readAction(bank));
  // One word more, and before it the end of an animation without frames.
  if (state - bank.position !== 2 && state - bank.position !== 4) {
    bank.fail(`the ${count} actions end, expected 2 or 4 bytes before byte ${state} of the bank`);
  }
  bank.position = texts;
  bank.text(2);
  const said = actors.map(() => bank.text(2));
  if (bank.position !== rest) bank.fail(`the texts end, expected at byte ${rest} of the bank`);
  const scene = name.replace(/\.CUT$/, '').padEnd(5, '_');
  return said
    .map((text, i) => ({ clips: `${scene}${String(i + 1).padStart(2, '0')}`, text }))
    .filter((_, i) => actors[i] === JOE);
}

const JOE = 0;
const WORDS = 17;
const FRAME_WORDS = 9;
const END_OF_FRAMES = -2;

/** Reads an action and returns who acts. */
function readAction(bank: BankReader): number {
  const words = Array.from({ length: WORDS }, () => bank.int());
  const [actor, , , , animation, moves] = words;
  const copyOf = words[12]!;
  bank.skip(bank.uint());
  if (actor! >= -1 && animation !== 0 && moves !== 0 && copyOf <= 0) {
    while (bank.int() !== END_OF_FRAMES) bank.skip(FRAME_WORDS);
  }
  return actor!;
}
