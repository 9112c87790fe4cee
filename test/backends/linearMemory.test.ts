import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearMemory } from '../../src/backends/wasm/memory.ts';

const PAGE = 65536;
const memoryOf = (initial: number, maximum: number, heapBase = 100) =>
  new LinearMemory(new WebAssembly.Memory({ initial, maximum }), heapBase);

interface Block {
  readonly address: number;
  readonly size: number;
}

function expectDisjoint(blocks: readonly Block[]): void {
  const sorted = blocks.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address);
  for (let i = 1; i < sorted.length; i++) {
    expect(sorted[i].address).toBeGreaterThanOrEqual(sorted[i - 1].address + sorted[i - 1].size);
  }
}

describe('LinearMemory', () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('allocate'), size: fc.nat(20_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('persist'), size: fc.nat(5000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('free'), size: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('mark'), size: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset'), size: fc.constant(0) }) },
  );

  it('never hands out one place twice, whatever is asked in whatever order', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const memory = memoryOf(1, 200);
        const bottom = memory.mark;
        let arena: Block[] = [];
        const persistent: Block[] = [];
        // As scopes take them: what is marked later is reset earlier.
        const marks: { mark: number; held: number }[] = [];
        for (const { kind, size } of actions) {
          if (kind === 'allocate') arena.push({ address: memory.allocate(size), size });
          else if (kind === 'mark') marks.push({ mark: memory.mark, held: arena.length });
          else if (kind === 'reset' && marks.length > 0) {
            const { mark, held } = marks.pop()!;
            memory.reset(mark);
            arena = arena.slice(0, held);
          } else if (kind === 'free' && persistent.length > 0) {
            memory.freePersistent(persistent.splice(size % persistent.length, 1)[0].address);
          } else if (kind === 'persist') {
            const { mark } = memory;
            try {
              persistent.push({ address: memory.allocatePersistent(size), size });
            } catch (error) {
              expect(String(error)).toMatch(/while no scope is open/);
              expect(arena.length).toBeGreaterThan(0);
              expect(memory.mark).toBe(mark);
            }
          }
          for (const { address, size: length } of [...arena, ...persistent]) {
            expect(address % 64).toBe(0);
            expect(address).toBeGreaterThanOrEqual(bottom);
            expect(address + length).toBeLessThanOrEqual(memory.memory.buffer.byteLength);
          }
          expectDisjoint([...arena, ...persistent]);
        }
      }),
    );
  });

  it('takes back no persistent block in a reset, whenever its mark was taken', () => {
    const memory = memoryOf(1, 4);
    const { mark } = memory;
    const block = memory.allocatePersistent(640);
    memory.reset(mark);
    expect(memory.allocate(64)).toBeGreaterThanOrEqual(block + 640);
    expect(() => memory.allocatePersistent(64)).toThrow(/while no scope is open/);
  });

  it('begins above the heap base, on a line of 64 bytes', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (heapBase, size) => {
        const memory = memoryOf(1, 2, heapBase);
        const address = memory.allocate(size);
        expect(address).toBeGreaterThanOrEqual(heapBase);
        expect(address % 64).toBe(0);
        expect(address - heapBase).toBeLessThan(64 + 8 * 64);
      }),
    );
  });

  it('hands out places on lines of 64 bytes, and the same ones after a reset', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 20 }), (sizes) => {
        const memory = memoryOf(8, 8);
        const { mark } = memory;
        const first = sizes.map((size) => memory.allocate(size));
        expect(first.filter((address) => address % 64 !== 0)).toEqual([]);
        memory.reset(mark);
        expect(memory.mark).toBe(mark);
        expect(sizes.map((size) => memory.allocate(size))).toEqual(first);
      }),
    );
  });

  it('lets few large blocks stand a power of two apart', () => {
    const memory = memoryOf(16, 16);
    const addresses = Array.from({ length: 9 }, () => memory.allocate(16384));
    const gaps = addresses.slice(1).map((address, i) => address - addresses[i]);
    // The distances go through eight values, of which one is 0.
    expect(gaps.filter((gap) => gap % 16384 === 0).length).toBeLessThanOrEqual(1);
  });

  it('gives freed persistent blocks out again, and joins neighbours in whatever order they were freed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (sizes, seed) => {
          const memory = memoryOf(1, 1);
          const addresses = sizes.map((size) => memory.allocatePersistent(size));
          const end = memory.mark;
          const order = addresses.map((address, i) => ({ address, key: (seed * (i + 7)) % 97 }));
          for (const { address } of order.sort((a, b) => a.key - b.key)) memory.freePersistent(address);
          // All is one block again: it takes a request of the whole length without growing.
          expect(memory.allocatePersistent(end - addresses[0])).toBe(addresses[0]);
          expect(memory.mark).toBe(end);
        },
      ),
    );
  });

  it('takes freed persistent room even while the arena is in use', () => {
    const memory = memoryOf(1, 1);
    const block = memory.allocatePersistent(256);
    memory.freePersistent(block);
    memory.allocate(100);
    expect(memory.allocatePersistent(128)).toBe(block);
    expect(memory.allocatePersistent(128)).toBe(block + 128);
    expect(() => memory.allocatePersistent(1)).toThrow(/while no scope is open/);
  });

  it('refuses to free what is no block, or was freed', () => {
    const memory = memoryOf(1, 1);
    const block = memory.allocatePersistent(64);
    expect(() => memory.freePersistent(block + 64)).toThrow(/No persistent block begins at/);
    memory.freePersistent(block);
    expect(() => memory.freePersistent(block)).toThrow(/No persistent block/);
  });

  it('grows beyond its first size and keeps what is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 4, maxLength: 30 }), (sizes) => {
        const memory = memoryOf(1, 100);
        const kept = memory.allocatePersistent(400);
        memory.floats.fill(0.5, kept / 4, kept / 4 + 100);
        const blocks = sizes.map((size, i) => {
          const address = memory.allocate(size);
          memory.bytes.fill(i + 1, address, address + size);
          return { address, size, value: i + 1 };
        });
        for (const { address, size, value } of blocks) {
          expect(memory.bytes.subarray(address, address + size).every((byte) => byte === value)).toBe(true);
        }
        expect(memory.floats.subarray(kept / 4, kept / 4 + 100).every((x) => x === 0.5)).toBe(true);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(memory.memory.buffer.byteLength).toBeGreaterThanOrEqual(total);
      }),
    );
  });

  it('says how much was asked when there is no more', () => {
    const memory = memoryOf(16, 32);
    expect(() => memory.allocate(64 * PAGE)).toThrow(
      /ran out of memory: 4 MiB were needed and \d MiB are there\. Use smaller batches, or open scopes/,
    );
  });

  it('goes on after a request that was too large', () => {
    const memory = memoryOf(1, 16);
    const { mark } = memory;
    expect(() => memory.allocate(64 * PAGE)).toThrow(/ran out of memory/);
    memory.reset(mark);
    expect(memory.allocate(64)).toBe(mark);
    memory.reset(mark);
    expect(() => memory.allocatePersistent(64 * PAGE)).toThrow(/ran out of memory/);
    // The persistent region must not reach beyond the memory now: nothing could be allocated any more.
    expect(memory.allocatePersistent(64)).toBe(mark);
    expect(memory.allocate(64)).toBe(mark + 64);
  });

  it('reserves a memory that can grow', () => {
    const memory = LinearMemory.reserve();
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(256 * PAGE);
    expect(() => memory.grow(1)).not.toThrow();
  });
});
