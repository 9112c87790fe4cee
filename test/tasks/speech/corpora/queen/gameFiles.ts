/*
 * Files of the game as small as can be, made from the formats' description, apart from the code under test. All
 * numbers are big-endian.
 */

/** An archive of files. */
export function archive(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files);
  let start = 15 + 21 * entries.length;
  const table = entries.flatMap(([name, { length }]) => {
    const entry = [...letters(name.padEnd(12, '\0')), 1, ...number(start, 4), ...number(length, 4)];
    start += length;
    return entry;
  });
  const contents = entries.flatMap(([, bytes]) => [...bytes]);
  const header = [...letters('QTBLCEM10'), 0, 0, 0, 1, ...number(entries.length, 2)];
  return Uint8Array.from([...header, ...table, ...contents]);
}

/** A memory bank of AMOS Basic. */
export function bank(content: readonly number[]): Uint8Array {
  const length = [0x80, ...number(content.length + 8, 3)];
  return Uint8Array.from([...letters('AmBk'), 0, 15, 0, 1, ...length, ...letters('Datas   '), ...content]);
}

/** A dialogue of so many levels, with Joe's lines by their numbers. */
export function dialogue(
  dialogueNumber: number,
  levels: number,
  lines: Readonly<Record<number, string>>,
  ending: string,
): Uint8Array {
  const content = new Array<number>(32 + 96 * Math.abs(levels)).fill(0);
  const put = (at: number, value: number) => content.splice(at, 2, ...number(value, 2));
  put(0, levels);
  put(2, 99);
  put(4, dialogueNumber);
  put(6, Object.keys(lines).length);
  for (const [line, text] of Object.entries(lines)) {
    content.push(...number(Number(line), 4));
    pushText(content, text, 4);
  }
  put(22, content.length);
  content.push(...number(0, 4));
  pushText(content, 'What do you want?', 4);
  put(24, content.length);
  content.push(0, 0);
  put(26, content.length);
  pushText(content, 'You again?*01', 2);
  pushText(content, ending, 2);
  return bank(content);
}

/** What happens in a cutscene: who says what, and whether an animation of so many frames is shown. */
export interface Action {
  readonly actor: number;
  readonly text: string;
  readonly people?: readonly number[];
  readonly frames?: number;
}

/** A cutscene. */
export function cutscene(actions: readonly Action[]): Uint8Array {
  const content: number[] = [];
  const words = (...values: readonly number[]) => content.push(...values.flatMap((v) => number(v, 2)));
  words(2, -actions.length, 7, 0, 0, 0);
  for (const { actor, people = [], frames } of actions) {
    const action = new Array<number>(17).fill(0);
    action[0] = actor;
    if (frames !== undefined) action[4] = action[5] = 1;
    words(...action, people.length, ...people);
    if (frames === undefined) continue;
    for (let i = 0; i < frames; i++) words(i, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    words(-2);
  }
  words(0);
  content.splice(6, 2, ...number(content.length, 2));
  words(0, 0);
  content.splice(8, 2, ...number(content.length, 2));
  pushText(content, '*FL', 2);
  for (const { text } of actions) pushText(content, text, 2);
  content.splice(10, 2, ...number(content.length, 2));
  words(1, 2);
  return bank(content);
}

/** Frames of MP3, 576 samples each: mono, 11,025 Hz, a tone near (line + 1/2) · 11,025 / 1,152 Hz. */
export function mp3Tone(frames: number, line: number): Uint8Array {
  // Synchronisation, MPEG 2.5, layer III; 16 kbit/s, 11,025 Hz; mono.
  const header = [0xff, 0xe3, 0x20, 0xc4];
  // Lines in pairs by Huffman's table 1: (0, 0) is 1, (1, 0) is 01, then a sign.
  const spectrum = `${'1'.repeat(line / 2)}010`;
  const side = [
    [0, 9],
    [spectrum.length, 12],
    [line / 2 + 1, 9],
    [200, 8],
    [0, 10],
    [1, 5],
    [1, 5],
    [1, 5],
    [0, 9],
  ].map(([value, width]) => value!.toString(2).padStart(width!, '0'));
  const bits = [...side, spectrum].join('').padEnd(8 * 100, '0');
  const body = Array.from({ length: 100 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2));
  return Uint8Array.from(Array.from({ length: frames }, () => [...header, ...body]).flat());
}

function pushText(content: number[], text: string, alignment: number): void {
  content.push(text.length, ...letters(text));
  while (text !== '' && content.length % alignment !== 0) content.push(0);
}

function letters(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

/** Two's complement, big-endian. */
function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 255);
}
