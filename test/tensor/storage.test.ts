import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  type BackendName,
  backend,
  multiply,
  reshape,
  scope,
  slice,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';

for (const name of ['wasm', 'reference'] satisfies BackendName[]) {
  describe(`storage on ${name}`, () => {
    const home = backend(name);
    const make = (values: ArrayLike<number>) =>
      tensor(Float32Array.from(values), undefined, { backend: home });
    const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 });

    it('persists: the numbers survive every scope, and all that they were', () => {
      fc.assert(
        fc.property(numbers, fc.boolean(), (values, used) => {
          const x = make(values);
          if (used) add(x, 1);
          expect(x.storage.persistent).toBe(false);
          x.storage.persist();
          x.storage.persist();
          expect(x.storage.persistent).toBe(true);
          scope(() => {
            for (let i = 0; i < 10; i++) add(make(new Float32Array(100)), i);
            scope(() => multiply(x, 3));
          });
          expect(Array.from(x.dataSync())).toEqual(values);
          expect(Array.from(scope(() => add(x, 1)).dataSync())).toEqual(values.map((value) => value + 1));
        }),
      );
    });

    it('is copied anew where the scope that it was copied in has ended', () => {
      fc.assert(
        fc.property(numbers, (values) => {
          const x = make(values);
          scope(() => add(x, 1));
          const found = scope(() => {
            // Where the copy was, other numbers stand now.
            for (let i = 0; i < 10; i++) add(make(new Float32Array(100)), 9);
            return add(x, 1);
          });
          expect(Array.from(found.dataSync())).toEqual(values.map((value) => value + 1));
        }),
      );
    });

    it('overwrites, and bumps its version', () => {
      fc.assert(
        fc.property(numbers, fc.constantFrom('ordinary', 'persistent', 'arena'), (values, place) => {
          scopeIf(place === 'arena', () => {
            const start = make(values.map(() => 7));
            const x = place === 'arena' ? add(start, 0) : start;
            if (place === 'persistent') x.storage.persist();
            const version = x.storage.version;
            expect(Array.from(add(x, 1).dataSync())).toEqual(values.map(() => 8));
            x.storage.overwrite(Float32Array.from(values));
            expect(x.storage.version).toBe(version + 1);
            expect(Array.from(x.dataSync())).toEqual(values);
            expect(Array.from(add(x, 1).dataSync())).toEqual(values.map((value) => value + 1));
          });
        }),
      );
    });

    it('reads a part into an array that is given, of shared memory too, wherever the numbers are', () => {
      fc.assert(
        fc.property(
          numbers,
          fc.nat(39),
          fc.nat(40),
          fc.constantFrom('ordinary', 'persistent', 'arena'),
          (values, start, length, place) => {
            scopeIf(place === 'arena', () => {
              const x = place === 'arena' ? add(make(values), 0) : make(values);
              if (place === 'persistent') x.storage.persist();
              const offset = Math.min(start, values.length);
              const size = Math.min(length, values.length - offset);
              const target = new Float32Array(new SharedArrayBuffer(4 * size));
              x.storage.readInto(target, offset);
              expect(Array.from(target)).toEqual(values.slice(offset, offset + size));
            });
          },
        ),
      );
    });

    it('overwrites what a scope has already copied to its arena', () => {
      const x = make([1, 2]);
      scope(() => {
        expect(Array.from(add(x, 0).dataSync())).toEqual([1, 2]);
        x.storage.overwrite(Float32Array.of(5, 6));
        expect(Array.from(add(x, 0).dataSync())).toEqual([5, 6]);
      });
      expect(Array.from(x.dataSync())).toEqual([5, 6]);
    });

    it('refuses to overwrite with another length, and changes nothing', () => {
      const x = make([1, 2, 3]);
      expect(() => x.storage.overwrite(new Float32Array(2))).toThrow(
        /overwrite: values hold 2 numbers, expected 3/,
      );
      expect(x.storage.version).toBe(0);
      expect(Array.from(x.dataSync())).toEqual([1, 2, 3]);
    });

    it('is one for a tensor and its views', () => {
      const x = make([1, 2, 3, 4, 5, 6]);
      const matrix = reshape(x, [3, 2]);
      const row = slice(matrix, [2], [1]);
      expect([matrix.storage, row.storage]).toEqual([x.storage, x.storage]);
      x.storage.persist();
      x.storage.overwrite(Float32Array.of(10, 20, 30, 40, 50, 60));
      expect(Array.from(row.dataSync())).toEqual([50, 60]);
      expect(Array.from(add(row, 1).dataSync())).toEqual([51, 61]);
    });
  });
}

describe('the wasm arena', () => {
  const home = backend('wasm');
  const memory = (home.kernels as unknown as { memory: WebAssembly.Memory }).memory;

  it('does not grow over 1000 scoped steps', () => {
    const weight = zeros([64, 64]);
    weight.storage.persist();
    const step = (i: number) =>
      scope(() => {
        let x: Tensor = tensor(new Float32Array(64 * 64).fill(i), [64, 64]);
        for (let k = 0; k < 5; k++) x = scope(() => add(multiply(x, 0.5), weight));
        return x;
      });
    step(0);
    const [size, mark] = [memory.buffer.byteLength, home.mark()];
    for (let i = 0; i < 1000; i++) expect(step(i).dataSync()[0]).toBe(Math.fround(i / 32));
    expect(memory.buffer.byteLength).toBe(size);
    expect(home.mark()).toBe(mark);
  });

  it('is as it was after ops without a scope, too', () => {
    const mark = home.mark();
    let x = tensor([1, 2, 3]);
    for (let i = 0; i < 1000; i++) x = add(x, 1);
    expect(Array.from(x.dataSync())).toEqual([1001, 1002, 1003]);
    expect(home.mark()).toBe(mark);
  });

  it('says that persistent numbers are made outside scopes', () => {
    const x = tensor(new Float32Array(1 << 20));
    const mark = home.mark();
    expect(() =>
      scope(() => {
        add(tensor([1]), 1);
        x.storage.persist();
      }),
    ).toThrow(/while no scope is open/);
    expect(home.mark()).toBe(mark);
    expect(x.storage.persistent).toBe(false);
    x.storage.persist();
    expect(x.size).toBe(1 << 20);
  });

  it('does not overwrite what was persisted in a scope whose arena was still empty', () => {
    const kept = tensor([1, 2, 3, 4]);
    scope(() => {
      // Allocates nothing, but marks where the arena stood.
      add(zeros([0]), zeros([0]));
      kept.storage.persist();
    });
    scope(() => add(tensor(new Float32Array(512).fill(9)), 9));
    expect(Array.from(kept.dataSync())).toEqual([1, 2, 3, 4]);
  });
});

function scopeIf(wanted: boolean, body: () => void): void {
  if (wanted) scope(body);
  else body();
}
