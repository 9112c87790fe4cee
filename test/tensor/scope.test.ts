import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  type BackendName,
  backend,
  exp,
  grad,
  InputError,
  multiply,
  reshape,
  scope,
  slice,
  sum,
  type Tensor,
  type Tensors,
  tensor,
} from '../../src/index.ts';

const ended = /was used after the scope that made it had ended/;

for (const name of ['wasm', 'reference'] satisfies BackendName[]) {
  describe(`scope on ${name}`, () => {
    const home = backend(name);
    const make = (...values: number[]) => tensor(values, [values.length], { backend: home });
    /** Writes over whatever memory is free. */
    const disturb = () =>
      scope(() => {
        for (let i = 0; i < 40; i++) add(tensor(new Float32Array(64).fill(-i), [64], { backend: home }), 0);
      });

    it('keeps what is returned: a tensor, arrays and records of tensors, at any depth', () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 6 }),
          (values) => {
            const result = scope(() => {
              const x = make(...values);
              const y = add(x, 1);
              const bare = Object.assign(Object.create(null) as object, { inner: add(x, 2) });
              return { one: y, many: [multiply(y, 2), { deep: [add(y, y)] }], number: 3, none: null, bare };
            });
            disturb();
            expect(Array.from(result.one.dataSync())).toEqual(values.map((value) => value + 1));
            const [doubled, { deep }] = result.many as [Tensor, { deep: Tensor[] }];
            expect(Array.from(doubled.dataSync())).toEqual(values.map((value) => 2 * (value + 1)));
            expect(Array.from(deep[0].dataSync())).toEqual(values.map((value) => 2 * (value + 1)));
            expect(Array.from(result.bare.inner.dataSync())).toEqual(values.map((value) => value + 2));
            expect(result.number).toBe(3);
            expect(Array.from(multiply(result.one, 1).dataSync())).toEqual(values.map((value) => value + 1));
          },
        ),
      );
    });

    it('makes whatever escaped throw at every use', async () => {
      const escaped = scope(() => {
        const x = add(make(1, 2, 3, 4), 1);
        return { get: () => x, view: () => reshape(x, [2, 2]) };
      });
      const x = escaped.get();
      expect(() => x.dataSync()).toThrow(ended);
      expect(() => x.dataSync()).toThrow(InputError);
      await expect(x.data()).rejects.toThrow(ended);
      expect(() => add(x, 1)).toThrow(ended);
      expect(() => add(1, x)).toThrow(ended);
      expect(() => escaped.view()).toThrow(ended);
      expect(() => slice(x, [0], [1])).toThrow(ended);
      expect(() => x.storage.overwrite(new Float32Array(4))).toThrow(ended);
      expect(() => x.storage.persist()).toThrow(ended);
      expect(() => grad((p: Tensors) => sum(multiply(p.x, p.x)))({ x })).toThrow(ended);
    });

    it('nests: inner results live on in the outer scope, and no longer', () => {
      let leaked: Tensor | undefined;
      const result = scope(() => {
        const x = add(make(1, 2), 1);
        const inner = scope(() => {
          leaked = multiply(x, 100);
          return multiply(x, 10);
        });
        expect(() => leaked!.dataSync()).toThrow(ended);
        disturb();
        expect(Array.from(inner.dataSync())).toEqual([20, 30]);
        expect(Array.from(x.dataSync())).toEqual([2, 3]);
        leaked = inner;
        return add(inner, x);
      });
      disturb();
      expect(Array.from(result.dataSync())).toEqual([22, 33]);
      expect(() => leaked!.dataSync()).toThrow(ended);
    });

    it('returns through any number of scopes', () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 12 }), (depth) => {
          const nest = (level: number): Tensor =>
            scope(() => (level === 0 ? make(1) : add(nest(level - 1), 1)));
          const mark = home.mark();
          const result = nest(depth);
          disturb();
          expect(result.item()).toBe(depth + 1);
          expect(home.mark()).toBe(mark);
        }),
      );
    });

    it('closes when its function throws', () => {
      const mark = home.mark();
      let leaked: Tensor | undefined;
      expect(() =>
        scope(() => {
          leaked = add(make(1), 1);
          scope(() => {
            add(leaked!, 1);
            throw new RangeError('mine');
          });
        }),
      ).toThrow(new RangeError('mine'));
      expect(home.mark()).toBe(mark);
      expect(() => leaked!.dataSync()).toThrow(ended);
      // No scope is left open: what is made now is nobody's.
      expect(add(make(1), 1).item()).toBe(2);
    });

    it('refuses a promise, and closes', () => {
      const mark = home.mark();
      expect(() => scope(async () => add(make(1), 1))).toThrow(/scope: the function returned a promise/);
      expect(() => scope(() => Promise.resolve(1))).toThrow(InputError);
      expect(home.mark()).toBe(mark);
    });

    it('refuses a promise while a gradient is recorded, too', () => {
      const loss = ({ x }: Tensors) => {
        scope(() => Promise.resolve(1));
        return sum(x);
      };
      expect(() => grad(loss)({ x: make(1) })).toThrow(/scope: the function returned a promise/);
    });

    it('keeps views together with the numbers that they share', () => {
      const { rows, all, last } = scope(() => {
        const x = add(make(1, 2, 3, 4, 5, 6), 0);
        const matrix = reshape(x, [3, 2]);
        return { rows: slice(matrix, [1], [2]), all: matrix, last: slice(x, [5], [1]) };
      });
      disturb();
      expect(rows.storage).toBe(all.storage);
      expect(Array.from(rows.dataSync())).toEqual([3, 4, 5, 6]);
      expect(last.item()).toBe(6);
      expect(Array.from(add(rows, all.dataSync()[0]).dataSync())).toEqual([4, 5, 6, 7]);
    });

    it('keeps a view whose original is not returned', () => {
      const last = scope(() => slice(reshape(add(make(1, 2, 3, 4), 0), [2, 2]), [1], [1]));
      disturb();
      expect(last.shape).toEqual([1, 2]);
      expect(Array.from(multiply(last, 2).dataSync())).toEqual([6, 8]);
    });

    it('leaves alone what was made before it, and gives it back when returned', () => {
      const before = make(1, 2);
      const inner = scope(() => {
        add(before, 1);
        return before;
      });
      disturb();
      expect(inner).toBe(before);
      expect(Array.from(add(before, 1).dataSync())).toEqual([2, 3]);
    });

    it('inside a tape frees nothing that the gradient needs', () => {
      // f = e^x · (x + 1), so f' = e^x (x + 2).
      const f = ({ x }: Tensors) =>
        scope(() => {
          const parts = scope(() => ({ e: exp(x), shifted: add(x, 1) }));
          disturb();
          return sum(scope(() => multiply(parts.e, parts.shifted)));
        });
      fc.assert(
        fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (value) => {
          const { x } = grad(f)({ x: make(value) });
          disturb();
          expect(x.item()).toBeCloseTo(Math.exp(value) * (value + 2), 4);
        }),
      );
    });

    it('frees again after a gradient whose function threw', () => {
      const throwing = () => {
        throw new RangeError('mine');
      };
      expect(() => grad(throwing)({ x: make(1) })).toThrow('mine');
      let leaked: Tensor | undefined;
      scope(() => {
        leaked = add(make(1), 1);
      });
      expect(() => leaked!.dataSync()).toThrow(ended);
    });

    it('survives a record that holds itself', () => {
      const loop: { self?: unknown; x?: Tensor } = {};
      loop.self = loop;
      const result = scope(() => {
        loop.x = add(make(1), 1);
        return loop;
      });
      expect(result.x?.item()).toBe(2);
    });
  });
}
