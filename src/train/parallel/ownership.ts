/**
 * Divides parameters among threads, by size: the largest first, each to the thread that has least so far. Every parameter
 * has one owner, which sums its gradient and updates it. Names are in their first order in each part.
 */
export function divideParameters(sizes: ReadonlyMap<string, number>, threads: number): string[][] {
  const loads = new Array<number>(threads).fill(0);
  const owners = new Map<string, number>();
  for (const [name, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
    const owner = loads.indexOf(Math.min(...loads));
    loads[owner] += size;
    owners.set(name, owner);
  }
  return loads.map((_, thread) => [...sizes.keys()].filter((name) => owners.get(name) === thread));
}

/** The thread that computes a shard: neighbouring shards on one thread, as many on each as on any other but for one. */
export const threadOfShard = (shard: number, shards: number, threads: number): number =>
  Math.floor((shard * threads) / shards);
