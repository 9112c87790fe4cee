import type { Change, Content, MemoryDisk, Names } from './memoryDisk.ts';

/**
 * Every folder that a crash may leave at this moment, each once: of the changes of names that were not flushed any few may have
 * reached the disk, in any order, and of contents that were not flushed nothing, a part, all, or zeros in their place.
 */
export function* crashStates({ durable, pending }: MemoryDisk): Generator<Names> {
  const seen = new Set<string>();
  const numbers = new Map<Content, number>();
  for (const order of orders(pending)) {
    const names = new Map(durable);
    for (const change of order) change(names);
    const unsure = [...new Set(names.values())].filter(({ bytes, flushed }) => bytes !== flushed);
    for (const fates of choices(unsure.length, FATES.length)) {
      const key = [...names]
        .map(
          ([name, content]) =>
            `${name}:${numberOf(numbers, content)}:${fates[unsure.indexOf(content)] ?? ''}`,
        )
        .sort()
        .join('|');
      if (seen.has(key)) continue;
      seen.add(key);
      yield afterCrash(names, unsure, fates);
    }
  }
}

/** What becomes of bytes that were not flushed. */
const FATES: readonly ((content: Content) => Uint8Array)[] = [
  ({ flushed }) => flushed ?? new Uint8Array(0),
  ({ bytes }) => bytes.slice(0, bytes.length >> 1),
  ({ bytes }) => bytes,
  // The length is known, the contents never came.
  ({ bytes }) => new Uint8Array(bytes.length),
  ({ bytes }) => Uint8Array.from(bytes, (byte, i) => (i < bytes.length >> 1 ? byte : 0)),
];

/** Names that share a file still do. */
function afterCrash(names: Names, unsure: readonly Content[], fates: readonly number[]): Names {
  const copies = new Map<Content, Content>();
  for (const content of new Set(names.values())) {
    const fate = fates[unsure.indexOf(content)];
    const bytes = fate === undefined ? content.bytes : FATES[fate]!(content);
    copies.set(content, { bytes, flushed: bytes });
  }
  return new Map([...names].map(([name, content]) => [name, copies.get(content)!]));
}

/** Every selection of the changes in every order. */
function* orders(changes: readonly Change[]): Generator<readonly Change[]> {
  yield [];
  for (const [i, first] of changes.entries()) {
    for (const rest of orders(changes.toSpliced(i, 1))) yield [first, ...rest];
  }
}

/** Every list of `length` numbers below `bound`. */
function* choices(length: number, bound: number): Generator<readonly number[]> {
  if (length === 0) yield [];
  else for (const rest of choices(length - 1, bound)) for (let i = 0; i < bound; i++) yield [i, ...rest];
}

function numberOf(numbers: Map<Content, number>, content: Content): number {
  if (!numbers.has(content)) numbers.set(content, numbers.size);
  return numbers.get(content)!;
}
