import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  circulantSavedSize,
  isSmooth,
  spectrumSize,
  toeplitzLikeSavedSize,
  transformWorkspaceSize,
  twiddles,
} from '../../kernels/fft/layout.ts';
import { interleaveSpectra } from '../../kernels/spectralMatvec/layout.ts';
import { type Argument, expectCloseToLargest, randomValues, runReference } from './module.ts';

const precision = 4e-6;

const sizes = fc
  .record({
    n: fc.integer({ min: 1, max: 60 }).filter(isSmooth),
    blocks: fc.integer({ min: 1, max: 9 }),
    rank: fc.integer({ min: 1, max: 4 }),
    skew: fc.nat(1),
    cols: fc.nat(),
    rows: fc.nat(),
    accumulate: fc.nat(1),
    seed: fc.nat(),
  })
  .map((s) => ({ ...s, cols: 1 + (s.cols % s.n), rows: 1 + (s.rows % s.n) }));

type Sizes = typeof sizes extends fc.Arbitrary<infer S> ? S : never;

/** Spectra of a size that keeps products near 1; interleaved ones beside them. */
function spectra({ n, blocks, seed }: Sizes, terms: number) {
  const plain = randomValues(blocks * terms * spectrumSize(n), seed).map((value) => value / n);
  return {
    plain,
    interleaved: Float32Array.from(interleaveSpectra(Float64Array.from(plain), blocks, terms, n)),
  };
}

const vectors = ({ blocks, cols, rows, seed }: Sizes) => ({
  x: randomValues(cols, seed + 1),
  y: randomValues(blocks * rows, seed + 2),
});

const rooms = ({ n }: Sizes) => ({
  table: Float32Array.from(twiddles(n)),
  work: new Float32Array(transformWorkspaceSize(n)),
});

/** The kernel's arguments, and those of the product of one row that it must equal; `y` stands where `at` says in each. */
function circulantCase(s: Sizes) {
  const { n, blocks, skew, cols, rows, accumulate } = s;
  const { plain, interleaved } = spectra(s, 1);
  const [{ x, y }, { table, work }] = [vectors(s), rooms(s)];
  const saved = new Float32Array(circulantSavedSize(1, n));
  return {
    args: [n, blocks, skew, table, interleaved, x, cols, y, rows, accumulate, work],
    product: [
      ...[1, n, blocks, skew, table, plain, x, cols, cols],
      ...[y, blocks * rows, rows, accumulate, saved, 0, work],
    ],
    at: { args: 7, product: 9 },
  };
}

function toeplitzLikeCase(s: Sizes) {
  const { n, blocks, rank, cols, rows, accumulate } = s;
  const [g, h] = [spectra(s, rank), spectra({ ...s, seed: s.seed + 3 }, rank)];
  const [{ x, y }, { table, work }] = [vectors(s), rooms(s)];
  const saved = new Float32Array(toeplitzLikeSavedSize(1, n, blocks, rank));
  return {
    args: [n, blocks, rank, table, g.interleaved, h.interleaved, x, cols, y, rows, accumulate, work],
    product: [
      ...[1, n, blocks, rank, table, g.plain, h.plain, x, cols, cols],
      ...[y, blocks * rows, rows, accumulate, saved, 0, work],
    ],
    at: { args: 8, product: 10 },
  };
}

describe.each([
  ['circulantMatvec', 'circulantProduct', circulantCase],
  ['toeplitzLikeMatvec', 'toeplitzLikeProduct', toeplitzLikeCase],
] as const)('%s', (name, product, caseOf) => {
  test(`is ${product} of one row`, () => {
    fc.assert(
      fc.property(sizes, (s) => {
        const { args, product: productArgs, at } = caseOf(s);
        const found = runReference(name, args as Argument[]).arrays[at.args] as Float64Array;
        const wanted = runReference(product, productArgs as Argument[]).arrays[at.product] as Float64Array;
        const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        // Spectra that were rounded to float32 before they were interleaved are the same numbers.
        found.forEach((value, i) => {
          expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(1e-13 * largest);
        });
      }),
    );
  });

  test('agrees with float64, for every size and alignment', () => {
    fc.assert(
      fc.property(sizes, fc.nat(3), (s, skew) => {
        expectCloseToLargest(name, caseOf(s).args as Argument[], precision, skew);
      }),
    );
  });

  test.each([256, 500, 512])('n = %i, as in the models', (n) => {
    for (const skew of [0, 1]) {
      const s = { n, blocks: 4, rank: 2, skew, cols: n - 3, rows: n, accumulate: 1, seed: n };
      expectCloseToLargest(name, caseOf(s).args as Argument[], precision);
    }
  });
});
