import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builds, expectAgreement, expectClose, randomValues, runReference, runWasm } from './module.ts';

const unary = ['exp', 'log', 'tanh', 'sigmoid'] as const;
const fewUlp = { relative: 6e-7, absolute: 2 ** -126 };
const specials = [
  0,
  -0,
  1,
  -1,
  1e-45,
  -1e-45,
  1e-38,
  1e-30,
  0.5,
  20,
  -20,
  87,
  88,
  88.5,
  88.72,
  89,
  -87,
  -88,
  -88.7,
  -95,
  -103,
  -103.9,
  -104,
  1e4,
  -1e4,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  NaN,
];

describe.each(unary)('%s', (name) => {
  test('agrees with float64 at every length and place', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.nat(3),
        fc.nat(),
        fc.constantFrom(0.1, 1, 10, 60),
        (n, skew, seed, deviation) => {
          const x = randomValues(n, seed, deviation);
          expectAgreement(name, [x, new Float32Array(n), n], fewUlp, skew);
        },
      ),
    );
  });

  test('agrees on infinities, NaN, zeros, denormals and the ends of its range', () => {
    const x = Float32Array.from(specials);
    expectAgreement(name, [x, new Float32Array(x.length), x.length], fewUlp);
  });

  test('stays within a few units in the last place over the whole range', () => {
    const x = Float32Array.from({ length: 40001 }, (_, i) => (i - 20000) / 180);
    const positive = x.map((v) => Math.exp(v * 0.78));
    const input = name === 'log' ? positive : x;
    expectAgreement(name, [input, new Float32Array(x.length), x.length], fewUlp);
  });

  test('may work in place', () => {
    const x = randomValues(23, 5).map(Math.abs);
    for (const { exports, memory } of builds) {
      const place = (exports['heapBase'] as WebAssembly.Global).value + 4;
      const view = new Float32Array(memory.buffer, place, x.length);
      view.set(x);
      (exports[name] as (...args: number[]) => void)(place, place, x.length);
      const { arrays } = runReference(name, [x, new Float32Array(x.length), x.length]);
      expectClose(name, view, arrays[1] as Float64Array, fewUlp);
    }
  });
});

test('the limits are reached exactly', () => {
  const x = Float32Array.from([1e4, -1e4, Infinity, -Infinity]);
  for (const build of builds) {
    const limits = (name: 'exp' | 'tanh' | 'sigmoid') => [
      ...(runWasm(build, name, [x, new Float32Array(4), 4]).arrays[1] as Float32Array),
    ];
    expect(limits('exp')).toEqual([Infinity, 0, Infinity, 0]);
    expect(limits('tanh')).toEqual([1, -1, 1, -1]);
    expect(limits('sigmoid')).toEqual([1, 0, 1, 0]);
  }
});

test('exp underflows gradually', () => {
  const x = Float32Array.from({ length: 64 }, (_, i) => -87 - i * 0.25);
  for (const build of builds) {
    const y = runWasm(build, 'exp', [x, new Float32Array(64), 64]).arrays[1] as Float32Array;
    expectClose('exp', y, Array.from(x, Math.exp), { relative: 2e-7, absolute: 2 ** -149 });
  }
});

test('tanh never leaves [−1, 1] and is odd', () => {
  const x = Float32Array.from({ length: 20000 }, (_, i) => 7 + i / 5000);
  for (const build of builds) {
    const up = runWasm(build, 'tanh', [x, x.slice(), x.length]).arrays[1] as Float32Array;
    const down = runWasm(build, 'tanh', [x.map((v) => -v), x.slice(), x.length]).arrays[1] as Float32Array;
    expect(up.every((v, i) => v <= 1 && v === -down[i])).toBe(true);
  }
});

test.each(['tanhGrad', 'sigmoidGrad'] as const)('%s agrees with float64', (name) => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(3), fc.nat(), (n, skew, seed) => {
      const y = randomValues(n, seed, 0.4);
      expectAgreement(
        name,
        [randomValues(n, seed + 1), y, new Float32Array(n), n],
        { relative: 1e-6, absolute: 1e-6 },
        skew,
      );
    }),
  );
});
