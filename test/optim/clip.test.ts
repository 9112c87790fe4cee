import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backend,
  clipByGlobalNorm,
  globalNorm,
  InputError,
  type Tensor,
  type Tensors,
  tensor,
} from '../../src/index.ts';
import { waitingBackend } from '../backends/waitingBackend.ts';
import { float64 } from '../testing/values.ts';

const options = [{ backend: backend('wasm') }, { backend: backend('reference') }, float64];
const lists = fc.array(
  fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

it('the norm of gradients that must be waited for is refused, by name', () => {
  const grads = { weight: tensor([3, 4], [2], { backend: waitingBackend() }) };
  for (const use of [() => globalNorm(grads), () => clipByGlobalNorm(grads, 1)]) {
    expect(use).toThrow(InputError);
    expect(use).toThrow(/^globalNorm: the gradient of weight is on .*: use trainStepAsync\./);
  }
});

describe('clipByGlobalNorm', () => {
  it('knows 3, 4, 12 by hand', () => {
    for (const home of options) {
      const grads = { a: tensor([3, 4], [2], home), b: tensor([12], [1], home) };
      expect(globalNorm(grads)).toBeCloseTo(13, 12);
      const { grads: clipped, norm } = clipByGlobalNorm(grads, 6.5);
      expect(norm).toBeCloseTo(13, 12);
      expect(Array.from(clipped.a.dataSync())).toEqual([1.5, 2]);
      expect(Array.from(clipped.b.dataSync())).toEqual([6]);
      expect(clipped.a.dtype).toBe(grads.a.dtype);
    }
  });

  it('never exceeds the limit, keeps the direction, and leaves short gradients alone', () => {
    fc.assert(
      fc.property(
        lists,
        fc.double({ min: 0.01, max: 200, noNaN: true }),
        fc.constantFrom(...options),
        (values, limit, home) => {
          const grads: Record<string, Tensor> = {};
          values.forEach((list, i) => {
            grads[`g${i}`] = tensor(list, [list.length], home);
          });
          const all = (record: Tensors) => Object.values(record).flatMap((g) => Array.from(g.dataSync()));
          const expected = Math.hypot(...all(grads));
          const { grads: clipped, norm } = clipByGlobalNorm(grads, limit);
          expect(Math.abs(norm - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, expected));
          expect(Object.keys(clipped)).toEqual(Object.keys(grads));
          expect(globalNorm(clipped)).toBeLessThanOrEqual(
            limit * (1 + 1e-6) + (expected <= limit ? expected : 0),
          );
          const factor = Math.min(1, limit / expected);
          const [before, after] = [all(grads), all(clipped)];
          after.forEach((value, i) => {
            expect(Math.abs(value - (expected > 0 ? factor : 1) * before[i])).toBeLessThanOrEqual(
              1e-6 * Math.abs(before[i]) + 1e-37,
            );
          });
          if (expected < limit * (1 - 1e-9)) expect(clipped).toBe(grads);
        },
      ),
    );
  });

  it('adds up in float64: a small gradient beside a large one is not lost', () => {
    const values = new Float32Array(1_000_001).fill(0.001);
    values[0] = 100;
    const exact = Math.sqrt(100 ** 2 + 1e6 * Math.fround(0.001) ** 2);
    for (const name of ['wasm', 'reference'] as const) {
      expect(
        Math.abs(globalNorm({ g: tensor(values, undefined, { backend: backend(name) }) }) / exact - 1),
      ).toBeLessThan(1e-9);
    }
  });

  it('tells a norm that is not finite as it is, and scales nothing', () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const grads = { a: tensor([1, bad]), b: tensor([2]) };
      const { grads: same, norm } = clipByGlobalNorm(grads, 1);
      expect(Number.isFinite(norm)).toBe(false);
      expect(same).toBe(grads);
    }
  });

  it('leaves zeros alone, and all without a limit', () => {
    const zero = { a: tensor([0, 0]) };
    expect(clipByGlobalNorm(zero, 1)).toEqual({ grads: zero, norm: 0 });
    const large = { a: tensor([1e30]) };
    expect(clipByGlobalNorm(large, Infinity).grads).toBe(large);
    expect(globalNorm({})).toBe(0);
  });

  it('refuses a limit that is none', () => {
    for (const limit of [-1, Number.NaN]) {
      expect(() => clipByGlobalNorm({ a: tensor([3]) }, limit), `${limit}`).toThrow(InputError);
    }
  });
});
