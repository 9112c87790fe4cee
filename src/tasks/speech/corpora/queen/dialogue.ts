import { BankReader } from './bank.ts';
import type { Line } from './line.ts';

/**
 * What Joe says in a dialogue, a `.DOG` file.
 *
 * The words at its beginning: the number of levels (negative where one cannot leave), a word, the dialogue's number,
 * how many lines Joe has; at 22, 24 and 26 the positions of the other person's lines, of cutscenes, and of what the
 * two say when there is nothing left to talk about. From 32 on 96 bytes a level, then Joe's lines: two words, the
 * second of which is the line's number, and a text, aligned to 4 bytes. Clips are named by the dialogue, the line in
 * hexadecimal, and `J`; line 0, with which Joe opens the conversation, is `SSSS`, and what he says at its end `XXXX`.
 *
 * @throws InputError, naming the file and the byte offset, where it is malformed.
 */
export function joesDialogue(bytes: Uint8Array, name: string): Line[] {
  const bank = new BankReader(bytes, name);
  const levels = Math.abs(bank.int());
  bank.int();
  const dialogue = String(bank.uint()).padStart(2, '0');
  const count = bank.uint();
  bank.position = 22;
  const others = bank.uint();
  bank.position = 26;
  const ending = bank.uint();
  bank.position = LEVELS + levels * LEVEL;
  const lines: Line[] = [];
  for (let i = 0; i < count; i++) {
    const number = bank.uint() * 2 ** 16 + bank.uint();
    const code = number === 0 ? 'SSSS' : number.toString(16).toUpperCase().padStart(4, '0');
    lines.push({ clips: `${dialogue}${code}J`, text: bank.text(4) });
  }
  if (bank.position !== others) {
    bank.fail(
      `Joe's ${count} lines end, expected at byte ${others} of the bank, where the other person's begin`,
    );
  }
  bank.position = ending;
  bank.text(2);
  lines.push({ clips: `${dialogue}XXXXJ`, text: bank.text(2) });
  return lines;
}

/** Where the levels of a dialogue begin, and the bytes of one. */
const LEVELS = 32;
const LEVEL = 96;
