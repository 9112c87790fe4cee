import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as reference from '../../kernels/reference.ts';
import { expectGradient } from './differences.ts';
import { expectAgreement, type KernelName, randomIntegers, randomValues } from './module.ts';

const tolerance = { relative: 2e-6, absolute: 1e-6 };
const sizes = [fc.nat(5), fc.nat(19), fc.nat(3), fc.nat()] as const;

/**
 * The array arguments of each cell kernel, in order: how many times batch·hidden elements (`rows`), or how many
 * times hidden (`shared` by the rows).
 */
const rows = (times: number) => ({ times, shared: false });
const shared = (times: number) => ({ times, shared: true });
const signatures: [KernelName, { times: number; shared: boolean }[]][] = [
  ['rnnCell', [rows(1), rows(1), shared(1), rows(1), rows(1)]],
  ['rnnCellGrad', [rows(1), rows(1), rows(1), rows(1)]],
  ['gruCell', [rows(3), rows(3), shared(3), shared(1), rows(1), rows(1), rows(1)]],
  ['gruCellGrad', [rows(3), rows(1), rows(1), rows(1), rows(1), rows(3), rows(3)]],
  ['gruGates', [rows(3), rows(2), shared(3), rows(1), rows(1)]],
  ['gruCandidate', [rows(3), rows(2), shared(3), rows(1), rows(1), rows(1)]],
  ['gruCandidateGrad', [rows(2), rows(1), rows(1), rows(1), rows(1), rows(3), rows(1)]],
  ['gruGatesGrad', [rows(2), rows(1), rows(1), rows(1), rows(3), rows(2)]],
  ['lstmPeepholeCell', [rows(4), rows(4), shared(4), shared(3), rows(1), rows(1), rows(1), rows(1)]],
  [
    'lstmPeepholeCellGrad',
    [rows(4), shared(3), rows(1), rows(1), rows(1), rows(1), rows(1), rows(4), shared(3)],
  ],
];

test.each(signatures)('%s agrees, with and without held rows', (name, arrays) => {
  fc.assert(
    fc.property(...sizes, fc.nat(1), (batch, hidden, skew, seed, rectify) => {
      const values = arrays.map(({ times, shared }, k) =>
        randomValues(times * hidden * (shared ? 1 : batch), seed + k, 0.7),
      );
      const lengths = randomIntegers(batch, 4, seed);
      const flags = name.startsWith('rnn') ? [rectify] : [];
      expectAgreement(name, [batch, hidden, ...values, lengths, 1, ...flags], tolerance, skew);
    }),
  );
});

const batch = 3;
const hidden = 2;
const lengths = Int32Array.of(5, 1, 2); // At step 1 the second row is held.
const drawer = (seed: number) => (n: number, k: number) => Float64Array.from(randomValues(n, seed + k));
const zeros = (times: number) => new Float64Array(batch * hidden * times);
const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const sumRows = (a: Float64Array, width: number, first = 0, count = width) =>
  Array.from({ length: count }, (_, j) => {
    let sum = 0;
    for (let row = 0; row < batch; row++) sum += a[row * width + first + j];
    return sum;
  });
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('rnnCell', () => {
  test.each([0, 1])('has the gradient of central differences (rectify %i)', (rectify) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = drawer(seed);
        const [input, recurrent, hPrev, w] = [1, 5, 2, 3].map((k) => draw(batch * hidden, k));
        const bias = draw(hidden, 4);
        // No pre-activation may lie at the kink.
        fc.pre(input.every((v, k) => Math.abs(v + recurrent[k] + bias[k % hidden]) > 1e-3));
        const h = zeros(1);
        const loss = () => {
          reference.rnnCell(batch, hidden, input, recurrent, bias, hPrev, h, lengths, 1, rectify);
          return inner(h, w);
        };
        loss();
        const [dhPrev, da] = [zeros(1), zeros(1)];
        reference.rnnCellGrad(batch, hidden, h, w, dhPrev, da, lengths, 1, rectify);
        expectGradient('input', loss, input, da);
        expectGradient('recurrent', loss, recurrent, da);
        expectGradient('hPrev', loss, hPrev, dhPrev);
        expectGradient('bias', loss, bias, sumRows(da, hidden));
      }),
      { numRuns: 20 },
    );
  });

  test('by hand: max(1 + 1 − 3, 0), max(2 − 1 + 1, 0), and a row that is held', () => {
    const input = Float64Array.of(1, 2, 1, 2);
    const h = Float64Array.of(1, -1, 4, 4);
    const [bias, hPrev] = [Float64Array.of(-3, 1), Float64Array.of(7, 7, 8, 9)];
    reference.rnnCell(2, 2, input, h, bias, hPrev, h, Int32Array.of(2, 1), 1, 1);
    expect([...h]).toEqual([0, 2, 8, 9]);
  });
});

describe('gru', () => {
  /** h of one row and unit in both forms, from its definition with scalars; `u` multiplies what is reset. */
  const unit = (x: number[], bias: number[], u: number[], hPrev: number, after: boolean, uBias = 0) => {
    const r = sigmoid(x[0] + bias[0] + u[0] * hPrev);
    const z = sigmoid(x[1] + bias[1] + u[1] * hPrev);
    const product = after ? r * (u[2] * hPrev + uBias) : u[2] * (r * hPrev);
    const n = Math.tanh(x[2] + bias[2] + product);
    return (1 - z) * n + z * hPrev;
  };
  const [x, bias, u, hPrev] = [[0.3, -0.2, 0.9], [0.1, 0.4, -0.6], [1.5, -0.7, 0.8], 0.45];
  const one = Int32Array.of(1);

  test('resetting after the product is the published formula', () => {
    const [candidate, h] = [new Float64Array(1), new Float64Array(1)];
    const products = Float64Array.from(u, (v) => v * hPrev);
    const biases = [Float64Array.from(bias), Float64Array.of(0.25)] as const;
    const state = Float64Array.of(hPrev);
    reference.gruCell(1, 1, Float64Array.from(x), products, ...biases, state, candidate, h, one, 0);
    expect(h[0]).toBeCloseTo(unit(x, bias, u, hPrev, true, 0.25), 14);
  });

  test('resetting before the product is the published formula', () => {
    const [h, hReset] = [new Float64Array(1), new Float64Array(1)];
    const gates = Float64Array.of(u[0] * hPrev, u[1] * hPrev);
    const arrays = [Float64Array.from(x), gates, Float64Array.from(bias), Float64Array.of(hPrev)] as const;
    reference.gruGates(1, 1, ...arrays, hReset, one, 0);
    reference.gruCandidate(1, 1, ...arrays, Float64Array.of(u[2] * hReset[0]), h, one, 0);
    expect(h[0]).toBeCloseTo(unit(x, bias, u, hPrev, false), 14);
  });

  test('resetting after the product has the gradient of central differences', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = drawer(seed);
        const [input, recurrent] = [draw(batch * 3 * hidden, 1), draw(batch * 3 * hidden, 2)];
        const [bias, recurrentBias] = [draw(3 * hidden, 3), draw(hidden, 4)];
        const [hPrev, w] = [draw(batch * hidden, 5), draw(batch * hidden, 6)];
        const run = () => {
          const [gates, candidate, h] = [recurrent.slice(), zeros(1), zeros(1)];
          const states = [hPrev, candidate, h] as const;
          reference.gruCell(batch, hidden, input, gates, bias, recurrentBias, ...states, lengths, 1);
          return { gates, candidate, h };
        };
        const loss = () => inner(run().h, w);
        const { gates, candidate } = run();
        const [dhPrev, dInput, dRecurrent] = [draw(batch * hidden, 7), zeros(3), zeros(3)];
        const already = dhPrev.slice();
        const states = [candidate, hPrev, w, dhPrev] as const;
        reference.gruCellGrad(batch, hidden, gates, ...states, dInput, dRecurrent, lengths, 1);
        expectGradient('input', loss, input, dInput);
        expectGradient('recurrent', loss, recurrent, dRecurrent);
        expectGradient(
          'hPrev',
          loss,
          hPrev,
          dhPrev.map((v, i) => v - already[i]),
        );
        expectGradient('bias', loss, bias, sumRows(dInput, 3 * hidden));
        expectGradient(
          'recurrentBias',
          loss,
          recurrentBias,
          sumRows(dRecurrent, 3 * hidden, 2 * hidden, hidden),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('resetting before the product has the gradient of central differences', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = drawer(seed);
        const [input, recurrent] = [draw(batch * 3 * hidden, 1), draw(batch * 2 * hidden, 2)];
        const [bias, u] = [draw(3 * hidden, 3), draw(hidden * hidden, 4)];
        const [hPrev, w] = [draw(batch * hidden, 5), draw(batch * hidden, 6)];
        /** y = x·uᵀ, or x·u. */
        const multiply = (x: Float64Array, transposed: boolean) => {
          const y = zeros(1);
          const [row, col] = transposed ? [1, hidden] : [hidden, 1];
          reference.matmul(batch, hidden, hidden, x, hidden, 1, u, row, col, y, hidden, 0);
          return y;
        };
        const run = () => {
          const [gates, hReset, h] = [recurrent.slice(), zeros(1), zeros(1)];
          reference.gruGates(batch, hidden, input, gates, bias, hPrev, hReset, lengths, 1);
          const candidate = multiply(hReset, true);
          reference.gruCandidate(batch, hidden, input, gates, bias, hPrev, candidate, h, lengths, 1);
          return { gates, candidate, h };
        };
        const loss = () => inner(run().h, w);
        const { gates, candidate } = run();
        const [dhPrev, dInput, dCandidate, dRecurrent] = [zeros(1), zeros(3), zeros(1), zeros(2)];
        const states = [candidate, hPrev, w, dhPrev] as const;
        reference.gruCandidateGrad(batch, hidden, gates, ...states, dInput, dCandidate, lengths, 1);
        const dhReset = multiply(dCandidate, false);
        reference.gruGatesGrad(batch, hidden, gates, hPrev, dhReset, dhPrev, dInput, dRecurrent, lengths, 1);
        expectGradient('input', loss, input, dInput);
        expectGradient('recurrent', loss, recurrent, dRecurrent);
        expectGradient('hPrev', loss, hPrev, dhPrev);
        expectGradient('bias', loss, bias, sumRows(dInput, 3 * hidden));
      }),
      { numRuns: 20 },
    );
  });
});

describe('lstmPeepholeCell', () => {
  test('without peepholes is lstmCell', () => {
    const draw = drawer(3);
    const bias = draw(4 * hidden, 1);
    const cPrev = draw(batch * hidden, 2);
    const input = draw(batch * 4 * hidden, 4);
    const [gates, plainGates] = [draw(batch * 4 * hidden, 3), draw(batch * 4 * hidden, 3)];
    const [c, cTanh, h, plainC, plainTanh, plainH] = Array.from({ length: 6 }, () => zeros(1));
    const none = new Float64Array(3 * hidden);
    const plain = [cPrev, plainC, plainTanh, plainH] as const;
    reference.lstmPeepholeCell(batch, hidden, input, gates, bias, none, cPrev, c, cTanh, h, lengths, 1);
    reference.lstmCell(batch, hidden, input, plainGates, bias, ...plain, lengths, 1);
    expect([gates, c, cTanh, h]).toEqual([plainGates, plainC, plainTanh, plainH]);
  });

  test('has the gradient of central differences', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = drawer(seed);
        const [input, recurrent] = [1, 8].map((k) => draw(batch * 4 * hidden, k));
        const [bias, peepholes] = [draw(4 * hidden, 2), draw(3 * hidden, 3)];
        const [cPrev, wh, wc] = [4, 5, 6].map((k) => draw(batch * hidden, k));
        const run = () => {
          const [gates, c, cTanh, h] = [recurrent.slice(), zeros(1), zeros(1), zeros(1)];
          const states = [cPrev, c, cTanh, h] as const;
          reference.lstmPeepholeCell(batch, hidden, input, gates, bias, peepholes, ...states, lengths, 1);
          return { gates, c, cTanh, h };
        };
        const loss = () => {
          const { c, h } = run();
          return inner(h, wh) + inner(c, wc);
        };
        const { gates, c, cTanh } = run();
        const [dc, dGates, dPeepholes] = [wc.slice(), zeros(4), draw(3 * hidden, 7)];
        const already = dPeepholes.slice();
        const states = [cPrev, c, cTanh, wh, dc] as const;
        reference.lstmPeepholeCellGrad(
          batch,
          hidden,
          gates,
          peepholes,
          ...states,
          dGates,
          dPeepholes,
          lengths,
          1,
        );
        expectGradient('input', loss, input, dGates);
        expectGradient('recurrent', loss, recurrent, dGates);
        expectGradient('cPrev', loss, cPrev, dc);
        expectGradient('bias', loss, bias, sumRows(dGates, 4 * hidden));
        expectGradient(
          'peepholes',
          loss,
          peepholes,
          dPeepholes.map((v, i) => v - already[i]),
        );
      }),
      { numRuns: 20 },
    );
  });
});
