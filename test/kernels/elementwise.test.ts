import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  builds,
  exact,
  expectAgreement,
  expectClose,
  randomValues,
  rounded,
  runReference,
  runWasm,
} from './module.ts';

const binary = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum'] as const;
const unary = ['negate', 'absolute', 'squareRoot', 'relu', 'sign', 'step'] as const;
const specials = Float32Array.of(
  0,
  -0,
  1,
  -1,
  2.5,
  -2.5,
  1e-45,
  -1e-45,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  NaN,
);

describe.each(binary)('%s', (name) => {
  test('agrees on equal shapes, rows, scalars and any other cycles', () => {
    const operandSize = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(
        fc.nat(60),
        operandSize,
        operandSize,
        fc.boolean(),
        fc.boolean(),
        fc.nat(3),
        fc.nat(),
        (n, aAny, bAny, aFull, bFull, skew, seed) => {
          const aSize = aFull ? Math.max(n, 1) : aAny;
          const bSize = bFull ? Math.max(n, 1) : bAny;
          const args = [
            randomValues(aSize, seed),
            randomValues(bSize, seed + 1),
            new Float32Array(n),
            n,
            aSize,
            bSize,
          ];
          expectAgreement(name, args, rounded, skew);
        },
      ),
    );
  });

  test('agrees on every pair of special values', () => {
    const n = specials.length;
    for (const b of specials) {
      const args = [specials, Float32Array.of(b), new Float32Array(n), n, n, 1];
      const wanted = Float32Array.from(runReference(name, args).arrays[2] as Float64Array);
      for (const build of builds) expect(runWasm(build, name, args).arrays[2]).toEqual(wanted);
    }
  });
});

describe.each(unary)('%s', (name) => {
  test('agrees at every length and place, special values among them', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(3), fc.nat(), (n, skew, seed) => {
        const x = randomValues(n, seed).map((v, i) =>
          i % 3 === 0 ? specials[(seed + i) % specials.length] : v,
        );
        const wanted = Float32Array.from(
          runReference(name, [x, new Float32Array(n), n]).arrays[1] as Float64Array,
        );
        for (const build of builds) {
          const { arrays } = runWasm(build, name, [x, new Float32Array(n), n], skew);
          expect(arrays[1]).toEqual(wanted);
        }
      }),
    );
  });
});

test('scale and fill agree', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(3), fc.nat(), (n, skew, seed) => {
      expectAgreement('scale', [randomValues(n, seed), new Float32Array(n), n, 0.75], exact, skew);
      expectAgreement('fill', [new Float32Array(n), n, -1.5], exact, skew);
    }),
  );
});

test('sumSquares is accumulated in float64', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(3), fc.nat(), (n, skew, seed) => {
      expectAgreement('sumSquares', [randomValues(n, seed), n], { relative: 1e-14, absolute: 0 }, skew);
    }),
  );
  const huge = Float32Array.of(1e30, 1, 1);
  for (const build of builds)
    expectClose(
      'sumSquares',
      [runWasm(build, 'sumSquares', [huge, 3]).result as number],
      [Math.fround(1e30) ** 2],
      { relative: 1e-15, absolute: 0 },
    );
});

test('the output may be an operand', () => {
  for (const { exports, memory } of builds) {
    const place = (exports['heapBase'] as WebAssembly.Global).value;
    const view = new Float32Array(memory.buffer, place, 14);
    view.set(Array.from({ length: 14 }, (_, i) => i + 1));
    (exports['multiply'] as (...args: number[]) => void)(place, place + 28, place, 7, 7, 7);
    expect([...view.subarray(0, 7)]).toEqual([8, 18, 30, 44, 60, 78, 98]);
    (exports['subtract'] as (...args: number[]) => void)(place + 28, place, place, 7, 7, 7);
    expect([...view.subarray(0, 7)]).toEqual([0, -9, -20, -33, -48, -65, -84]);
  }
});
