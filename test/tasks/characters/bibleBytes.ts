import { packLzw } from './packLzw.ts';

/** A file as the Bible Retrieval System packs it, in windows of `size` bytes. */
export function bibleData(text: string, size = 64): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const windows = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    packLzw(bytes.subarray(i * size, (i + 1) * size)),
  );
  const table = 84 + 4 * (3 + windows.length);
  const offsets = [table + 3];
  for (const window of windows) offsets.push(offsets.at(-1)! + window.length);
  const file = new Uint8Array(offsets.at(-1)!);
  file.set(new TextEncoder().encode('EC02Compressed Data File'));
  const view = new DataView(file.buffer);
  [size, windows.length, ...offsets].forEach((number, i) => {
    view.setUint32(84 + 4 * i, number);
  });
  file.set([0x1f, 0x9d, 0x90], table);
  windows.forEach((window, i) => {
    file.set(window, offsets[i]!);
  });
  return file;
}
