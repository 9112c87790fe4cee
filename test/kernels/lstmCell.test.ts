import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as reference from '../../kernels/reference.ts';
import { expectAgreement, randomIntegers, randomValues } from './module.ts';

const tolerance = { relative: 2e-6, absolute: 1e-6 };
const sizes = [fc.nat(5), fc.nat(19), fc.nat(3), fc.nat()] as const;

test('lstmCell agrees, with and without held rows', () => {
  fc.assert(
    fc.property(...sizes, (batch, hidden, skew, seed) => {
      const state = (k: number) => randomValues(batch * hidden, seed + k);
      const gates = randomValues(batch * 4 * hidden, seed, 2);
      const lengths = randomIntegers(batch, 4, seed);
      expectAgreement(
        'lstmCell',
        [
          batch,
          hidden,
          randomValues(batch * 4 * hidden, seed + 6, 2),
          gates,
          randomValues(4 * hidden, seed + 1),
          state(2),
          state(3),
          state(4),
          state(5),
          lengths,
          1,
        ],
        tolerance,
        skew,
      );
    }),
  );
});

test('lstmCellGrad agrees, with and without held rows', () => {
  fc.assert(
    fc.property(...sizes, (batch, hidden, skew, seed) => {
      const state = (k: number) => randomValues(batch * hidden, seed + k, 0.5);
      const gates = () => randomValues(batch * 4 * hidden, seed, 0.5);
      const lengths = randomIntegers(batch, 4, seed);
      expectAgreement(
        'lstmCellGrad',
        [batch, hidden, gates(), state(1), state(2), state(3), state(4), gates(), lengths, 1],
        tolerance,
        skew,
      );
    }),
  );
});

test('holdRows and passHeldRows agree', () => {
  fc.assert(
    fc.property(...sizes, (batch, width, skew, seed) => {
      const rows = (k: number) => randomValues(batch * width, seed + k);
      const lengths = randomIntegers(batch, 4, seed);
      expectAgreement('holdRows', [batch, width, rows(1), rows(2), lengths, 1], tolerance, skew);
      expectAgreement('passHeldRows', [batch, width, rows(1), rows(2), lengths, 1], tolerance, skew);
    }),
  );
});

describe('the gradient of lstmCell', () => {
  const hidden = 3;
  const batch = 2;

  /** L = Σ wh∘h + Σ wc∘c after a step, and what the gradient needs of it. */
  function loss(
    input: Float64Array,
    gates: Float64Array,
    bias: Float64Array,
    cPrev: Float64Array,
    wh: Float64Array,
    wc: Float64Array,
    lengths: Int32Array,
  ) {
    const activations = gates.slice();
    const [c, cTanh, h] = [0, 1, 2].map(() => new Float64Array(batch * hidden));
    reference.lstmCell(batch, hidden, input, activations, bias, cPrev, c, cTanh, h, lengths, 1);
    const value = h.reduce((sum, v, i) => sum + v * wh[i] + c[i] * wc[i], 0);
    return { value, activations, cTanh };
  }

  test('is that of central differences, in the gates, the bias and the state before', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, oneHeld) => {
        const draw = (n: number, k: number) => Float64Array.from(randomValues(n, seed + k));
        const [input, gates] = [6, 1].map((k) => draw(batch * 4 * hidden, k));
        const bias = draw(4 * hidden, 2);
        const cPrev = draw(batch * hidden, 3);
        const wh = draw(batch * hidden, 4);
        const wc = draw(batch * hidden, 5);
        const lengths = Int32Array.of(5, oneHeld ? 1 : 2);
        const { activations, cTanh } = loss(input, gates, bias, cPrev, wh, wc, lengths);
        const dc = wc.slice();
        const dGates = new Float64Array(gates.length);
        reference.lstmCellGrad(batch, hidden, activations, cPrev, cTanh, wh, dc, dGates, lengths, 1);

        const slope = (x: Float64Array, i: number) => {
          const kept = x[i];
          x[i] = kept + 1e-5;
          const up = loss(input, gates, bias, cPrev, wh, wc, lengths).value;
          x[i] = kept - 1e-5;
          const down = loss(input, gates, bias, cPrev, wh, wc, lengths).value;
          x[i] = kept;
          return (up - down) / 2e-5;
        };
        for (let i = 0; i < gates.length; i++) {
          expect(dGates[i]).toBeCloseTo(slope(gates, i), 8);
          expect(dGates[i]).toBeCloseTo(slope(input, i), 8);
        }
        for (let i = 0; i < cPrev.length; i++) expect(dc[i]).toBeCloseTo(slope(cPrev, i), 8);
        for (let j = 0; j < bias.length; j++) {
          expect(dGates[j] + dGates[4 * hidden + j]).toBeCloseTo(slope(bias, j), 8);
        }
      }),
      { numRuns: 20 },
    );
  });
});
