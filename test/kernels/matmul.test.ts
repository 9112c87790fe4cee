import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packedSize } from '../../kernels/matmul/layout.ts';
import {
  builds,
  exact,
  expectAgreement,
  expectClose,
  randomValues,
  runReference,
  runWasm,
} from './module.ts';

const size = fc.oneof(fc.nat(13), fc.nat(40));
const layout = fc.constantFrom('rows', 'columns', 'sparse');

/** Strides of a `[rows, cols]` matrix with `gap` elements between its lines, and the room it takes. */
function strides(rows: number, cols: number, kind: string, gap: number): [number, number, number] {
  if (kind === 'rows') return [cols + gap, 1, rows * (cols + gap)];
  if (kind === 'columns') return [1, rows + gap, cols * (rows + gap)];
  return [2 * (cols + gap), 2, 2 * rows * (cols + gap)];
}

/** Rounding of a float32 sum of k products of values around 1. */
const sumOf = (k: number) => ({ relative: 1e-6, absolute: 4e-7 * (k + 4) });

describe('matmul', () => {
  test('agrees with float64 in every stride form, on blocks of larger matrices, with and without accumulation', () => {
    fc.assert(
      fc.property(
        size,
        size,
        size,
        layout,
        layout,
        fc.nat(3),
        fc.nat(1),
        fc.nat(3),
        fc.nat(),
        (m, n, k, aKind, bKind, gap, accumulate, skew, seed) => {
          const [aRow, aCol, aRoom] = strides(m, k, aKind, gap);
          const [bRow, bCol, bRoom] = strides(k, n, bKind, gap);
          const a = randomValues(aRoom, seed);
          const b = randomValues(bRoom, seed + 1);
          const c = randomValues(m * (n + gap), seed + 2);
          expectAgreement(
            'matmul',
            [m, n, k, a, aRow, aCol, b, bRow, bCol, c, n + gap, accumulate],
            sumOf(k),
            skew,
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    [1, 300, 700, 'rows', 'rows'],
    [1, 300, 700, 'rows', 'columns'],
    [3, 9, 17001, 'columns', 'columns'],
    [16, 29, 600, 'rows', 'rows'],
    [517, 33, 259, 'rows', 'columns'],
    [261, 17, 513, 'columns', 'rows'],
    [300, 1, 64, 'rows', 'columns'],
  ] as const)('agrees across the borders of its blocks: %d×%d×%d, %s, %s', (m, n, k, aKind, bKind) => {
    const [aRow, aCol, aRoom] = strides(m, k, aKind, 0);
    const [bRow, bCol, bRoom] = strides(k, n, bKind, 0);
    for (const accumulate of [0, 1]) {
      const args = [
        m,
        n,
        k,
        randomValues(aRoom, 1),
        aRow,
        aCol,
        randomValues(bRoom, 2),
        bRow,
        bCol,
        randomValues(m * n, 3),
        n,
        accumulate,
      ];
      expectAgreement('matmul', args, { relative: 1e-5, absolute: 2e-7 * k });
    }
  });

  test('a product by hand: [[1, 2], [3, 4]]·[[5, 6], [7, 8]] = [[19, 22], [43, 50]]', () => {
    const args = [
      2,
      2,
      2,
      Float32Array.of(1, 2, 3, 4),
      2,
      1,
      Float32Array.of(5, 6, 7, 8),
      2,
      1,
      new Float32Array(4),
      2,
      0,
    ];
    expect([...(runReference('matmul', args).arrays[9] as Float64Array)]).toEqual([19, 22, 43, 50]);
    expectAgreement('matmul', args, exact);
  });

  test('an empty sum is 0, or what was there', () => {
    const none = new Float32Array(0);
    for (const accumulate of [0, 1]) {
      for (const m of [1, 5]) {
        expectAgreement(
          'matmul',
          [m, 3, 0, none, 1, 1, none, 1, 1, randomValues(3 * m, 4), 3, accumulate],
          exact,
        );
        expectAgreement(
          'matmulPacked',
          [m, 3, 0, none, 1, 1, none, randomValues(3 * m, 4), 3, accumulate],
          exact,
        );
      }
    }
  });
});

describe('matmulPacked', () => {
  test('packPanels lays out the same panels, whatever the strides', () => {
    fc.assert(
      fc.property(size, size, layout, fc.nat(3), fc.nat(3), fc.nat(), (k, n, kind, gap, skew, seed) => {
        const [bRow, bCol, room] = strides(k, n, kind, gap);
        const packed = randomValues(packedSize(k, n), seed + 1);
        expectAgreement('packPanels', [k, n, randomValues(room, seed), bRow, bCol, packed], exact, skew);
      }),
    );
  });

  test('agrees with float64 and equals matmul on the same matrices', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.oneof(size, fc.integer({ min: 250, max: 520 })),
        layout,
        fc.nat(1),
        fc.nat(3),
        fc.nat(),
        (m, n, k, kind, accumulate, skew, seed) => {
          const [aRow, aCol, aRoom] = strides(m, k, kind, 1);
          const a = randomValues(aRoom, seed);
          const b = randomValues(k * n, seed + 1);
          const c = randomValues(m * n, seed + 2);
          const plain = runReference('matmul', [m, n, k, a, aRow, aCol, b, n, 1, c, n, accumulate]).arrays[9];
          const packed = runReference('packPanels', [k, n, b, n, 1, new Float32Array(packedSize(k, n))])
            .arrays[5];
          const panels = Float32Array.from(packed as Float64Array);
          expectAgreement('matmulPacked', [m, n, k, a, aRow, aCol, panels, c, n, accumulate], sumOf(k), skew);
          for (const build of builds) {
            const { arrays } = runWasm(
              build,
              'matmulPacked',
              [m, n, k, a, aRow, aCol, panels, c, n, accumulate],
              skew,
            );
            expectClose('matmulPacked', arrays[7] as Float32Array, plain as Float64Array, sumOf(k));
          }
        },
      ),
    );
  });
});
