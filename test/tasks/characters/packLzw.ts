/**
 * Packs bytes as the Unix program `compress` does, without its header: codes of 9 to 16 bits, the lowest bit first, in
 * groups of eight. The table is emptied before the bytes at `clears`.
 */
export function packLzw(bytes: Uint8Array, clears: readonly number[] = []): Uint8Array {
  const out: number[] = [];
  let [width, pending, filled, inGroup] = [9, 0, 0, 0];
  let [table, size] = [new Map<string, number>(), 257];
  const write = (code: number): void => {
    pending += code * 2 ** filled;
    for (filled += width; filled >= 8; filled -= 8) {
      out.push(pending % 256);
      pending = Math.floor(pending / 256);
    }
    inGroup++;
  };
  const setWidth = (next: number): void => {
    // What is left of a group of eight codes is filled with zeros.
    while (inGroup % 8 !== 0) write(0);
    [width, inGroup] = [next, 0];
  };
  const codeOf = (string: string): number =>
    string.length === 1 ? string.charCodeAt(0) : table.get(string)!;
  let string = '';
  const emit = (): void => {
    write(codeOf(string));
    if (size === 1 << width && width < 16) setWidth(width + 1);
  };
  bytes.forEach((byte, i) => {
    const next = string + String.fromCharCode(byte);
    if (string !== '' && clears.includes(i)) {
      emit();
      write(256);
      setWidth(9);
      [table, size] = [new Map(), 257];
      string = String.fromCharCode(byte);
    } else if (next.length === 1 || table.has(next)) string = next;
    else {
      emit();
      if (size < 1 << 16) table.set(next, size++);
      string = String.fromCharCode(byte);
    }
  });
  if (string !== '') emit();
  if (filled > 0) out.push(pending);
  return Uint8Array.from(out);
}
