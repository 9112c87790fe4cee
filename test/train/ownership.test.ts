import fc from 'fast-check';
import { expect, it } from 'vitest';
import { divideParameters, threadOfShard } from '../../src/train/parallel/ownership.ts';

const counts = { threads: fc.integer({ min: 1, max: 9 }), shards: fc.integer({ min: 1, max: 20 }) };

it("gives every parameter one owner, in the parameters' order, and no owner much more than another", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, counts.threads, (list, threads) => {
      const named = new Map(list.map((size, i) => [`p${i}`, size]));
      const parts = divideParameters(named, threads);
      expect(parts.length).toBe(threads);
      expect(parts.flat().sort()).toEqual([...named.keys()].sort());
      for (const part of parts) expect([...named.keys()].filter((name) => part.includes(name))).toEqual(part);
      // The last that the fullest was given was given to it when it had least.
      const loads = parts.map((part) => part.reduce((sum, name) => sum + named.get(name)!, 0));
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(0, ...list));
    }),
  );
});

it('keeps neighbouring shards together, as many on one thread as on another but for one', () => {
  fc.assert(
    fc.property(counts.shards, counts.threads, (shards, most) => {
      const threads = Math.min(shards, most);
      const owners = Array.from({ length: shards }, (_, shard) => threadOfShard(shard, shards, threads));
      expect(owners).toEqual([...owners].sort((a, b) => a - b));
      const own = Array.from(
        { length: threads },
        (_, thread) => owners.filter((owner) => owner === thread).length,
      );
      expect(own.reduce((a, b) => a + b)).toBe(shards);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
    }),
  );
});
