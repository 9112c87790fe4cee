import { describe, expect, it } from 'vitest';
import {
  gruResetBeforeSequence,
  gruSequence,
  InputError,
  rnnSequence,
  tensor,
  zeros,
} from '../../src/index.ts';
import { expectNumbers, float64 } from '../testing/values.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const of = (values: number[], shape: number[]) => tensor(values, shape, float64);

describe('one cell worked by hand, of one unit', () => {
  const [h0, wx, bias] = [0.8, [0.5, -1, 0.3], [0.1, 0.2, -0.4]];
  const u = [0.7, -0.6, 1.5];
  const [r, z] = [0, 1].map((gate) => sigmoid(wx[gate] + bias[gate] + u[gate] * h0));
  const given = { gates: of(wx, [1, 1, 3]), bias: of(bias, [3]), h0: of([h0], [1, 1]) };

  it('gruSequence resets U h + b′: gates in the order r, z, n', () => {
    const n = Math.tanh(wx[2] + bias[2] + r * (u[2] * h0 + 0.9));
    const recurrentBias = of([0.9], [1]);
    const h = gruSequence({ ...given, recurrentBias, recurrent: [of(u, [3, 1])] });
    expectNumbers(h, [(1 - z) * n + z * h0], 1e-14);
  });

  it('gruResetBeforeSequence resets h', () => {
    const n = Math.tanh(wx[2] + bias[2] + u[2] * (r * h0));
    const recurrentGates = [of(u.slice(0, 2), [2, 1])];
    const h = gruResetBeforeSequence({ ...given, recurrentGates, candidate: [of([u[2]], [1, 1])] });
    expectNumbers(h, [(1 - z) * n + z * h0], 1e-14);
  });

  it('rnnSequence is tanh unless told otherwise', () => {
    const run = (x: number, activation?: 'tanh' | 'relu') =>
      rnnSequence({
        gates: of([x, 0], [2, 1, 1]),
        bias: of([0.1], [1]),
        h0: of([h0], [1, 1]),
        recurrent: [of([-0.5], [1, 1])],
        activation,
      });
    const first = Math.tanh(0.9 + 0.1 - 0.5 * h0);
    expectNumbers(run(0.9), [first, Math.tanh(0.1 - 0.5 * first)], 1e-14);
    expectNumbers(run(0.9, 'tanh'), run(0.9).dataSync(), 0);
    expectNumbers(run(0.9, 'relu'), [0.6, 0], 1e-14);
    expectNumbers(run(-0.9, 'relu'), [0, 0.1], 1e-14);
  });
});

describe('the two forms of the GRU', () => {
  it('are the same where there is nothing to reset differently: without U_n and b′', () => {
    const given = {
      gates: of([1, -2, 0.5, 0.3, 0.2, -1], [2, 1, 3]),
      bias: zeros([3], float64),
      h0: of([0.4], [1, 1]),
    };
    const after = gruSequence({
      ...given,
      recurrentBias: zeros([1], float64),
      recurrent: [of([0.5, -0.7, 0], [3, 1])],
    });
    const before = gruResetBeforeSequence({
      ...given,
      recurrentGates: [of([0.5, -0.7], [2, 1])],
      candidate: [zeros([1, 1], float64)],
    });
    expectNumbers(after, before.dataSync(), 1e-14);
  });
});

describe('what does not fit is refused', () => {
  it('an activation that is not known', () => {
    const run = () =>
      rnnSequence({
        gates: zeros([1, 1, 1], float64),
        bias: zeros([1], float64),
        h0: zeros([1, 1], float64),
        recurrent: [zeros([1, 1], float64)],
        activation: 'sigmoid' as 'tanh',
      });
    expect(run).toThrow(InputError);
  });
});
