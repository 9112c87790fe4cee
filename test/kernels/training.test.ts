import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builds, expectAgreement, randomValues, rounded, runReference, runWasm } from './module.ts';

const rate = fc.double({ min: 0, max: 0.99, noNaN: true });
const seed32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('dropout', () => {
  test('keeps the same elements on every backend', () => {
    fc.assert(
      fc.property(fc.nat(200), rate, seed32, fc.nat(3), (n, p, seed, skew) => {
        const x = new Float32Array(n).fill(1);
        const wanted = runReference('dropout', [x, new Float32Array(n), n, p, seed])
          .arrays[1] as Float64Array;
        for (const build of builds) {
          const found = runWasm(build, 'dropout', [x, new Float32Array(n), n, p, seed], skew)
            .arrays[1] as Float32Array;
          expect([...found].map((v) => v !== 0)).toEqual([...wanted].map((v) => v !== 0));
        }
        expectAgreement('dropout', [randomValues(n, seed), new Float32Array(n), n, p, seed], rounded, skew);
      }),
    );
  });

  test('drops the given share, independently of the neighbour and of the next seed', () => {
    const n = 200000;
    const ones = new Float32Array(n).fill(1);
    const kept = (seed: number) =>
      (runReference('dropout', [ones, new Float32Array(n), n, 0.3, seed]).arrays[1] as Float64Array).map(
        (v) => (v === 0 ? 0 : 1),
      );
    const a = kept(1);
    const b = kept(2);
    const mean = (f: (i: number) => number) => a.reduce((sum, _, i) => sum + f(i), 0) / n;
    // Standard deviation of each mean is about 0.001.
    expect(Math.abs(mean((i) => a[i]) - 0.7)).toBeLessThan(0.005);
    expect(Math.abs(mean((i) => a[i] * a[(i + 1) % n]) - 0.49)).toBeLessThan(0.005);
    expect(Math.abs(mean((i) => a[i] * b[i]) - 0.49)).toBeLessThan(0.005);
  });

  test('a rate of 0 changes nothing', () => {
    const x = randomValues(19, 1);
    for (const build of builds)
      expect(runWasm(build, 'dropout', [x, new Float32Array(19), 19, 0, 7]).arrays[1]).toEqual(x);
  });
});

describe('optimizers', () => {
  test('adam agrees over several steps', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.integer({ min: 1, max: 2000 }),
        fc.constantFrom(0, 0.01),
        fc.nat(3),
        fc.nat(),
        (n, t, decay, skew, seed) => {
          const args = [
            n,
            randomValues(n, seed),
            randomValues(n, seed + 1, 0.1),
            randomValues(n, seed + 2, 0.1),
            randomValues(n, seed + 3, 0.1).map(Math.abs),
            1e-2,
            0.9,
            0.999,
            1e-8,
            1 - 0.9 ** t,
            1 - 0.999 ** t,
            decay,
          ];
          expectAgreement('adam', args, { relative: 2e-6, absolute: 2e-6 }, skew);
        },
      ),
    );
  });

  test('the first step of adam moves by the learning rate against the sign of the gradient', () => {
    const args = [
      2,
      Float32Array.of(1, 1),
      Float32Array.of(0.3, -7),
      new Float32Array(2),
      new Float32Array(2),
      0.01,
      0.9,
      0.999,
      0,
      0.1,
      0.001,
      0,
    ];
    const p = runReference('adam', args).arrays[1] as Float64Array;
    expect(p[0]).toBeCloseTo(0.99, 12);
    expect(p[1]).toBeCloseTo(1.01, 12);
  });

  test('weight decay of adam does not pass through the moments', () => {
    const args = [
      1,
      Float32Array.of(2),
      Float32Array.of(0),
      new Float32Array(1),
      new Float32Array(1),
      0.1,
      0.9,
      0.999,
      1e-8,
      0.1,
      0.001,
      0.5,
    ];
    const { arrays } = runReference('adam', args);
    expect([arrays[1], arrays[3], arrays[4]].map((a) => (a as Float64Array)[0])).toEqual([
      2 * (1 - 0.1 * 0.5),
      0,
      0,
    ]);
  });

  test('sgd agrees with and without momentum, and by hand', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.constantFrom(0, 0.9),
        fc.constantFrom(0, 0.01),
        fc.nat(3),
        fc.nat(),
        (n, momentum, decay, skew, seed) => {
          const [p, g, velocity] = [0, 1, 2].map((i) => randomValues(n, seed + i));
          const tolerance = { relative: 1e-6, absolute: 1e-6 };
          expectAgreement('sgd', [n, p, g, 0.1, decay], tolerance, skew);
          expectAgreement('sgdMomentum', [n, p, g, velocity, 0.1, momentum, decay], tolerance, skew);
        },
      ),
    );
    // p = 2 − 0.1·(1 + 0.25·2).
    const plain = runReference('sgd', [1, Float32Array.of(2), Float32Array.of(1), 0.1, 0.25]);
    expect((plain.arrays[1] as Float64Array)[0]).toBeCloseTo(1.85, 12);
    // velocity = 0.5·4 + 1 + 0.25·2 = 3.5; p = 2 − 0.1·3.5.
    const { arrays } = runReference('sgdMomentum', [
      1,
      Float32Array.of(2),
      Float32Array.of(1),
      Float32Array.of(4),
      0.1,
      0.5,
      0.25,
    ]);
    expect((arrays[3] as Float64Array)[0]).toBe(3.5);
    expect((arrays[1] as Float64Array)[0]).toBeCloseTo(1.65, 12);
  });

  test('moments that fade end at 0, not among numbers that are slow', () => {
    const n = 6;
    const faint = () => new Float32Array(n).fill(-1e-30);
    for (const build of builds) {
      const none = new Float32Array(n);
      const moved = runWasm(build, 'sgdMomentum', [n, none, none, faint(), 0.1, 0.5, 0]);
      expect([...(moved.arrays[3] as Float32Array)].map(Math.abs)).toEqual([...none]);
      const rates = [1e-3, 0.5, 0.5, 1e-8, 1, 1, 0];
      const { arrays } = runWasm(build, 'adam', [n, none, none, faint(), faint().map(Math.abs), ...rates]);
      for (const moment of [arrays[3], arrays[4]]) {
        expect([...(moment as Float32Array)].map(Math.abs)).toEqual([...none]);
      }
    }
  });
});
