import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  circulantSavedSize,
  isSmooth,
  quickestLength,
  radices,
  spectrumSize,
  toeplitzLikeSavedSize,
  transformWorkspaceSize,
  twiddles,
} from '../../kernels/fft/layout.ts';
import * as reference from '../../kernels/reference.ts';
import type { FloatArray } from '../../kernels/types.ts';
import { expectGradient } from './differences.ts';
import { type Argument, builds, expectClose, expectCloseToLargest, randomValues, runWasm } from './module.ts';

const precision = 2e-6;
const lengths = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25, 27, 32, 45, 50, 60, 64, 96, 120];
const length = fc.constantFrom(...lengths);

/** Rows of a random problem: x `[batch, cols]` in rows of xRow, y `[batch, blocks·rows]` in rows of yRow. */
interface Shape {
  readonly n: number;
  readonly batch: number;
  readonly blocks: number;
  readonly rank: number;
  readonly rows: number;
  readonly cols: number;
  readonly xRow: number;
  readonly yRow: number;
  readonly skew: number;
  readonly accumulate: number;
  readonly seed: number;
}

const shapeOf = (n: fc.Arbitrary<number>) =>
  n.chain((n) =>
    fc
      .record({
        n: fc.constant(n),
        batch: fc.nat(19),
        blocks: fc.nat(4),
        rank: fc.nat(3),
        rows: fc.oneof(fc.constant(n), fc.integer({ min: 0, max: n })),
        cols: fc.oneof(fc.constant(n), fc.integer({ min: 0, max: n })),
        xRoom: fc.nat(5),
        yRoom: fc.nat(5),
        skew: fc.nat(1),
        accumulate: fc.nat(1),
        seed: fc.nat(),
      })
      .map(({ xRoom, yRoom, ...shape }) => ({
        ...shape,
        xRow: shape.cols + xRoom,
        yRow: shape.blocks * shape.rows + yRoom,
      })),
  );
const shape: fc.Arbitrary<Shape> = shapeOf(length);

const floats = (values: ArrayLike<number>) => Float32Array.from(values);

/** Spectra of `count` rows by the reference kernel. */
function spectraOf<T extends FloatArray>(v: T, n: number, scale: number, skew: number, reversed: number): T {
  const make = (size: number) => new (v.constructor as new (size: number) => T)(size);
  const spectra = make((v.length / n) * spectrumSize(n));
  const work = make(transformWorkspaceSize(n));
  reference.spectrum(v.length / n, n, twiddles(n), v, spectra, scale, skew, reversed, work);
  return spectra;
}

/** Arguments of `circulantProduct` for weights v `[blocks, n]`. */
function circulantArguments(s: Shape, v: Float32Array, keep: number): Argument[] {
  return [
    s.batch,
    s.n,
    s.blocks,
    s.skew,
    floats(twiddles(s.n)),
    spectraOf(v, s.n, 1 / s.n, s.skew, 0),
    randomValues(s.batch * s.xRow, s.seed + 2),
    s.xRow,
    s.cols,
    randomValues(s.batch * s.yRow, s.seed + 3),
    s.yRow,
    s.rows,
    s.accumulate,
    new Float32Array(keep ? circulantSavedSize(s.batch, s.n) : 0),
    keep,
    new Float32Array(transformWorkspaceSize(s.n)),
  ];
}

/** Arguments of `toeplitzLikeProduct` for weights g and h `[blocks, rank, n]`. */
function toeplitzLikeArguments(s: Shape, g: Float32Array, h: Float32Array, keep: number): Argument[] {
  return [
    s.batch,
    s.n,
    s.blocks,
    s.rank,
    floats(twiddles(s.n)),
    spectraOf(g, s.n, 1 / (2 * s.n), 0, 0),
    spectraOf(h, s.n, 1 / s.n, 1, 1),
    randomValues(s.batch * s.xRow, s.seed + 2),
    s.xRow,
    s.cols,
    randomValues(s.batch * s.yRow, s.seed + 3),
    s.yRow,
    s.rows,
    s.accumulate,
    new Float32Array(keep ? toeplitzLikeSavedSize(s.batch, s.n, s.blocks, s.rank) : 0),
    keep,
    new Float32Array(transformWorkspaceSize(s.n)),
  ];
}

/** Z_f(v), `[n, n]`, by its definition: columns v, Z_f v, Z_f² v, … */
function shifted(v: ArrayLike<number>, n: number, skew: number): Float64Array {
  const z = new Float64Array(n * n);
  let column = Array.from(v);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) z[i * n + j] = column[i];
    column = [(skew ? -1 : 1) * column[n - 1], ...column.slice(0, n - 1)];
  }
  return z;
}

/** The blocks of Toeplitz-like matrices from their displacement Σ g hᵀ. */
function toeplitzLikeMatrices(s: Shape, g: ArrayLike<number>, h: ArrayLike<number>): Float64Array[] {
  const { n, rank } = s;
  return Array.from({ length: s.blocks }, (_, block) => {
    const part = (v: ArrayLike<number>) =>
      Float64Array.from(v).subarray(block * rank * n, (block + 1) * rank * n);
    const [p, m] = [new Float64Array(n * n), new Float64Array(n * n)];
    reference.matmul(n, n, rank, part(g), 1, n, part(h), n, 1, p, n, 0);
    reference.fromDisplacement(p, m, n);
    return m;
  });
}

/** y = or += the top left parts of matrices times the rows of x, by direct sums. */
function multiplyDirectly(s: Shape, matrices: Float64Array[], x: Float64Array, y: Float64Array): void {
  matrices.forEach((m, block) => {
    const at = block * s.rows;
    reference.matmul(s.batch, s.rows, s.cols, x, s.xRow, 1, m, 1, s.n, y.subarray(at), s.yRow, s.accumulate);
  });
}

/** Compares both backends' y, argument 9 of the call or 10, with the direct product. */
function expectDirectProduct(
  name: 'circulantProduct' | 'toeplitzLikeProduct',
  s: Shape,
  args: Argument[],
  matrices: Float64Array[],
): void {
  const at = name === 'circulantProduct' ? 9 : 10;
  const wanted = Float64Array.from(args[at] as Float32Array);
  const x = Float64Array.from(args[at - 3] as Float32Array);
  multiplyDirectly(s, matrices, x, wanted);
  const largest = wanted.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  for (const build of builds) {
    const found = runWasm(build, name, args).arrays[at] as Float32Array;
    expectClose(`${build.name} ${name}`, found, wanted, { relative: 0, absolute: precision * largest });
  }
}

describe('layout', () => {
  test('smooth numbers are products of 2, 3 and 5', () => {
    const smooth = Array.from({ length: 32 }, (_, i) => i).filter(isSmooth);
    expect(smooth).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30]);
    expect([512, 500, 7 * 64, 1.5, -4].map(isSmooth)).toEqual([true, true, false, false, false]);
  });

  test('radices multiply to n', () => {
    for (let n = 1; n < 300; n++) expect(radices(n).reduce((a, b) => a * b, 1)).toBe(n);
  });

  test('a two comes last, for the kernels that join its pass with a product', () => {
    for (let n = 1; n < 300; n++) expect(radices(n).slice(0, -1)).not.toContain(2);
  });

  test('the quickest length is smooth, and at most the next power of two', () => {
    for (let least = 1; least < 1100; least++) {
      const length = quickestLength(least);
      expect(isSmooth(length)).toBe(true);
      expect(length).toBeGreaterThanOrEqual(least);
      expect(length).toBeLessThanOrEqual(2 ** Math.ceil(Math.log2(least)));
    }
    // A thousand is 4·2·5·5·5; the passes of radix 5 take longer than those of ten fours.
    expect([1, 7, 64, 191, 999, 1023].map(quickestLength)).toEqual([1, 8, 64, 192, 1024, 1024]);
  });
});

describe('spectrum', () => {
  /** Σ v_k zᵏ at the n roots of zⁿ = ±1, in any order. */
  const values = (v: ArrayLike<number>, n: number, skew: number) =>
    Array.from({ length: n }, (_, root) => {
      const angle = (-2 * Math.PI * (root + skew / 2)) / n;
      const sum = (f: (x: number) => number) =>
        Array.from(v).reduce((total, x, k) => total + x * f(angle * k), 0);
      return [sum(Math.cos), sum(Math.sin)];
    });

  test('has the values of the polynomial at the roots of 1 and of −1, also for other primes', () => {
    for (const n of [...lengths, 7, 14, 77, 121]) {
      for (const skew of [0, 1]) {
        const v = Float64Array.from(randomValues(n, n));
        const found = spectraOf(v, n, 2, skew, 0);
        for (const [re, im] of values(v, n, skew)) {
          const near = Array.from({ length: n }, (_, k) =>
            Math.hypot(found[2 * k] / 2 - re, found[2 * k + 1] / 2 - im),
          );
          expect(Math.min(...near)).toBeLessThan(1e-11);
        }
      }
    }
  });

  test('spectrum and its gradient agree', () => {
    fc.assert(
      fc.property(
        length,
        fc.nat(9),
        fc.nat(1),
        fc.nat(1),
        fc.nat(3),
        fc.nat(),
        (n, count, skew, reversed, at, seed) => {
          const [table, work] = [floats(twiddles(n)), new Float32Array(transformWorkspaceSize(n))];
          const [v, spectra] = [randomValues(count * n, seed), randomValues(2 * count * n, seed + 1)];
          const tail = [0.7, skew, reversed, work];
          expectCloseToLargest('spectrum', [count, n, table, v, spectra, ...tail], precision, at);
          expectCloseToLargest('spectrumGrad', [count, n, table, spectra, v, ...tail], precision, at);
        },
      ),
    );
  });

  test('spectrumGrad is the transpose of spectrum', () => {
    fc.assert(
      fc.property(length, fc.nat(1), fc.nat(1), fc.nat(), (n, skew, reversed, seed) => {
        const v = Float64Array.from(randomValues(n, seed));
        const d = Float64Array.from(randomValues(2 * n, seed + 1));
        const [dv, work] = [new Float64Array(n), new Float64Array(transformWorkspaceSize(n))];
        reference.spectrumGrad(1, n, twiddles(n), d, dv, 0.3, skew, reversed, work);
        const found = spectraOf(v, n, 0.3, skew, reversed);
        const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
        expect(inner(found, d)).toBeCloseTo(inner(v, dv), 9);
      }),
    );
  });
});

describe('circulantProduct', () => {
  test('is the product with Z_f(v), f = ±1', () => {
    fc.assert(
      fc.property(shape, fc.nat(1), (s, keep) => {
        const v = randomValues(s.blocks * s.n, s.seed);
        const matrices = Array.from({ length: s.blocks }, (_, block) =>
          shifted(v.subarray(block * s.n, (block + 1) * s.n), s.n, s.skew),
        );
        expectDirectProduct('circulantProduct', s, circulantArguments(s, v, keep), matrices);
      }),
    );
  });

  test('it and its gradient agree', () => {
    fc.assert(
      fc.property(shape, fc.nat(1), fc.nat(3), (s, keep, at) => {
        const args = circulantArguments(s, randomValues(s.blocks * s.n, s.seed), keep);
        expectCloseToLargest('circulantProduct', args, precision, at);
        const [batch, n, blocks, skew, table, spectra] = args;
        const gradArgs = [
          ...[batch, n, blocks, skew, table, spectra],
          randomValues(circulantSavedSize(s.batch, s.n), s.seed + 4),
          ...[randomValues(s.batch * s.yRow, s.seed + 5), s.yRow, s.rows],
          ...[randomValues(s.batch * s.xRow, s.seed + 6), s.xRow, s.cols],
          randomValues(s.blocks * spectrumSize(s.n), s.seed + 7),
          new Float32Array(transformWorkspaceSize(s.n)),
        ];
        expectCloseToLargest('circulantProductGrad', gradArgs, precision, at);
      }),
    );
  });

  test.each([500, 512])('n = %i, as in the models', (n) => {
    const s = {
      n,
      batch: 17,
      blocks: 2,
      rank: 0,
      rows: n,
      cols: n - 1,
      xRow: n,
      yRow: 2 * n,
      accumulate: 1,
      seed: 1,
    };
    for (const skew of [0, 1]) {
      const v = randomValues(2 * n, 5);
      const matrices = [0, n].map((at) => shifted(v.subarray(at, at + n), n, skew));
      expectDirectProduct(
        'circulantProduct',
        { ...s, skew },
        circulantArguments({ ...s, skew }, v, 1),
        matrices,
      );
    }
  });

  test('has the gradient of central differences in x and v', () => {
    fc.assert(
      fc.property(shapeOf(fc.constantFrom(1, 2, 3, 5, 6, 7)), (s) => {
        fc.pre(s.batch <= 10);
        const draw = (size: number, k: number) => Float64Array.from(randomValues(size, s.seed + k));
        const [v, x] = [draw(s.blocks * s.n, 1), draw(s.batch * s.xRow, 2)];
        const [y, w] = [draw(s.batch * s.yRow, 3), draw(s.batch * s.yRow, 4)];
        const saved = new Float64Array(circulantSavedSize(s.batch, s.n));
        const [table, work] = [twiddles(s.n), new Float64Array(transformWorkspaceSize(s.n))];
        const loss = () => {
          const out = y.slice();
          const spectra = spectraOf(v, s.n, 1 / s.n, s.skew, 0);
          const [given, to] = [[x, s.xRow, s.cols] as const, [out, s.yRow, s.rows, s.accumulate] as const];
          reference.circulantProduct(
            s.batch,
            s.n,
            s.blocks,
            s.skew,
            table,
            spectra,
            ...given,
            ...to,
            saved,
            1,
            work,
          );
          return out.reduce((sum, value, i) => sum + value * w[i], 0);
        };
        loss();
        const [dx, dv] = [new Float64Array(x.length), new Float64Array(v.length)];
        const dSpectra = new Float64Array(2 * v.length);
        const spectra = spectraOf(v, s.n, 1 / s.n, s.skew, 0);
        reference.circulantProductGrad(
          ...([s.batch, s.n, s.blocks, s.skew, table, spectra, saved] as const),
          ...([w, s.yRow, s.rows, dx, s.xRow, s.cols, dSpectra, work] as const),
        );
        reference.spectrumGrad(s.blocks, s.n, table, dSpectra, dv, 1 / s.n, s.skew, 0, work);
        expectGradient('x', loss, x, dx);
        expectGradient('v', loss, v, dv);
      }),
      { numRuns: 40 },
    );
  });
});

describe('toeplitzLikeProduct', () => {
  test('is the product with the matrix whose displacement is Σ g hᵀ', () => {
    fc.assert(
      fc.property(shape, fc.nat(1), (s, keep) => {
        const [g, h] = [0, 1].map((k) => randomValues(s.blocks * s.rank * s.n, s.seed + 8 + k));
        const matrices = toeplitzLikeMatrices(s, g, h);
        expectDirectProduct('toeplitzLikeProduct', s, toeplitzLikeArguments(s, g, h, keep), matrices);
      }),
    );
  });

  test('it and its gradient agree', () => {
    fc.assert(
      fc.property(shape, fc.nat(1), fc.nat(3), (s, keep, at) => {
        const weights = s.blocks * s.rank * s.n;
        const [g, h] = [0, 1].map((k) => randomValues(weights, s.seed + 8 + k));
        const args = toeplitzLikeArguments(s, g, h, keep);
        expectCloseToLargest('toeplitzLikeProduct', args, precision, at);
        const gradArgs = [
          ...args.slice(0, 7),
          randomValues(toeplitzLikeSavedSize(s.batch, s.n, s.blocks, s.rank), s.seed + 4),
          ...[randomValues(s.batch * s.yRow, s.seed + 5), s.yRow, s.rows],
          ...[randomValues(s.batch * s.xRow, s.seed + 6), s.xRow, s.cols],
          ...[randomValues(2 * weights, s.seed + 7), randomValues(2 * weights, s.seed + 8)],
          new Float32Array(transformWorkspaceSize(s.n)),
        ];
        expectCloseToLargest('toeplitzLikeProductGrad', gradArgs, precision, at);
      }),
    );
  });

  test.each([500, 512])('n = %i, as in the models', (n) => {
    const s = {
      n,
      batch: 9,
      blocks: 1,
      rank: 4,
      rows: n - 1,
      cols: n,
      xRow: n,
      yRow: n,
      accumulate: 0,
      skew: 1,
      seed: 1,
    };
    const [g, h] = [4, 5].map((seed) => randomValues(4 * n, seed));
    expectDirectProduct(
      'toeplitzLikeProduct',
      s,
      toeplitzLikeArguments(s, g, h, 1),
      toeplitzLikeMatrices(s, g, h),
    );
  });

  test('has the gradient of central differences in x, g and h', () => {
    fc.assert(
      fc.property(shapeOf(fc.constantFrom(1, 2, 3, 5, 6, 7)), (s) => {
        fc.pre(s.batch <= 10);
        const draw = (size: number, k: number) => Float64Array.from(randomValues(size, s.seed + k));
        const terms = s.blocks * s.rank;
        const [g, h, x] = [draw(terms * s.n, 1), draw(terms * s.n, 2), draw(s.batch * s.xRow, 3)];
        const [y, w] = [draw(s.batch * s.yRow, 4), draw(s.batch * s.yRow, 5)];
        const saved = new Float64Array(toeplitzLikeSavedSize(s.batch, s.n, s.blocks, s.rank));
        const [table, work] = [twiddles(s.n), new Float64Array(transformWorkspaceSize(s.n))];
        const spectra = () => [spectraOf(g, s.n, 0.5 / s.n, 0, 0), spectraOf(h, s.n, 1 / s.n, 1, 1)] as const;
        const size = [s.batch, s.n, s.blocks, s.rank, table] as const;
        const loss = () => {
          const out = y.slice();
          const [given, to] = [[x, s.xRow, s.cols] as const, [out, s.yRow, s.rows, s.accumulate] as const];
          reference.toeplitzLikeProduct(...size, ...spectra(), ...given, ...to, saved, 1, work);
          return out.reduce((sum, value, i) => sum + value * w[i], 0);
        };
        loss();
        const [dx, dg, dh] = [x, g, h].map((a) => new Float64Array(a.length));
        const [dG, dH] = [g, h].map((a) => new Float64Array(2 * a.length));
        const [from, to] = [[w, s.yRow, s.rows] as const, [dx, s.xRow, s.cols] as const];
        reference.toeplitzLikeProductGrad(...size, ...spectra(), saved, ...from, ...to, dG, dH, work);
        reference.spectrumGrad(terms, s.n, table, dG, dg, 0.5 / s.n, 0, 0, work);
        reference.spectrumGrad(terms, s.n, table, dH, dh, 1 / s.n, 1, 1, work);
        expectGradient('x', loss, x, dx);
        expectGradient('g', loss, g, dg);
        expectGradient('h', loss, h, dh);
      }),
      { numRuns: 40 },
    );
  });
});
